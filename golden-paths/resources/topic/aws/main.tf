locals {
  own_key = var.kms_key_arn == ""
  kms_key = local.own_key ? one(aws_kms_key.this[*].arn) : var.kms_key_arn
}

resource "aws_kms_key" "this" {
  count = local.own_key ? 1 : 0

  description             = "Messages of the topic ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_protection ? 30 : 7
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AccountDecidesByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.account}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

# The workload's permission names the key by this alias: its ARN is known only after apply.
resource "aws_kms_alias" "this" {
  count = local.own_key ? 1 : 0

  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this[0].key_id
}

resource "aws_sns_topic" "this" {
  name                        = "${var.name}${var.ordered ? ".fifo" : ""}"
  fifo_topic                  = var.ordered
  content_based_deduplication = var.ordered
  kms_master_key_id           = local.kms_key
  signature_version           = 2 # SHA-256
  tags                        = var.tags
}

# Who may publish and subscribe is decided by IAM in the account: the topic itself admits nobody.
resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DenyPlainText"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
