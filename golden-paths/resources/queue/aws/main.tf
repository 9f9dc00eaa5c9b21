locals {
  own_key     = var.kms_key_arn == ""
  kms_key     = local.own_key ? one(aws_kms_key.this[*].arn) : var.kms_key_arn
  subscribed  = var.topic_arn != ""
  suffix      = var.ordered ? ".fifo" : ""
  queue_names = { main = "${var.name}${local.suffix}", dead = "${var.name}-dlq${local.suffix}" }

  # What the topic may do with the queue's key, and with both queues.
  topic_key_statements = local.subscribed ? [{
    Sid       = "TopicEncrypts"
    Effect    = "Allow"
    Principal = { Service = "sns.amazonaws.com" }
    Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
    Resource  = "*"
    Condition = {
      StringEquals = { "aws:SourceAccount" = var.account }
      ArnEquals    = { "aws:SourceArn" = var.topic_arn }
    }
  }] : []
}

resource "aws_kms_key" "this" {
  count = local.own_key ? 1 : 0

  description             = "Messages of the queue ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_protection ? 30 : 7
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "AccountDecidesByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.account}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }], local.topic_key_statements)
  })
}

# The workload's permission names the key by this alias: its ARN is known only after apply.
resource "aws_kms_alias" "this" {
  count = local.own_key ? 1 : 0

  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this[0].key_id
}

resource "aws_sqs_queue" "dead" {
  name                        = local.queue_names.dead
  fifo_queue                  = var.ordered
  content_based_deduplication = var.ordered
  kms_master_key_id           = local.kms_key
  tags                        = var.tags

  # As long as SQS allows: somebody has to look at these.
  message_retention_seconds = 14 * 24 * 3600
}

resource "aws_sqs_queue" "this" {
  name                        = local.queue_names.main
  fifo_queue                  = var.ordered
  content_based_deduplication = var.ordered
  kms_master_key_id           = local.kms_key
  visibility_timeout_seconds  = var.visibility_timeout_seconds
  message_retention_seconds   = var.retention_days * 24 * 3600
  receive_wait_time_seconds   = 20
  tags                        = var.tags

  # The resource below holds it.
  lifecycle {
    ignore_changes = [redrive_policy]
  }
}

resource "aws_sqs_queue_redrive_policy" "this" {
  queue_url = aws_sqs_queue.this.id

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = var.max_receives
  })
}

resource "aws_sqs_queue_policy" "this" {
  for_each = { main = aws_sqs_queue.this, dead = aws_sqs_queue.dead }

  queue_url = each.value.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "DenyPlainText"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = each.value.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }], local.subscribed ? [{
      Sid       = "TopicSends"
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = each.value.arn
      Condition = { ArnEquals = { "aws:SourceArn" = var.topic_arn } }
    }] : [])
  })

  # One change of a queue's attributes at a time.
  depends_on = [aws_sqs_queue_redrive_policy.this]
}

resource "aws_sns_topic_subscription" "this" {
  count = local.subscribed ? 1 : 0

  topic_arn            = var.topic_arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.this.arn
  raw_message_delivery = true

  # What the topic cannot deliver ends where other failed messages end.
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn })

  depends_on = [aws_sqs_queue_policy.this]
}

resource "aws_cloudwatch_metric_alarm" "dead" {
  count = var.alarm_topic_arn == "" ? 0 : 1

  alarm_name          = local.queue_names.dead
  alarm_description   = "Messages of the queue ${var.name} could not be processed"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  tags                = var.tags
}
