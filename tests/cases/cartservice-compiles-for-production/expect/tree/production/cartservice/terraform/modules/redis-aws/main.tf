data "aws_partition" "current" {}

locals {
  kms_key_arn   = var.kms_key_arn != "" ? var.kms_key_arn : aws_kms_key.this[0].arn
  recovery_days = var.deletion_protection ? 30 : 0
  port          = 6379
  major         = split(".", var.engine_version)[0]

  # Secrets Manager ends each ARN with six random characters: a store made anew under its old name gets a new snapshot name.
  final_snapshot = "${var.name}-final-${lower(substr(aws_secretsmanager_secret.credentials.arn, -6, 6))}"
}

# ---- encryption ----

resource "aws_kms_key" "this" {
  count = var.kms_key_arn == "" ? 1 : 0

  description             = "Data, backups, logs and credentials of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${var.account}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:${data.aws_partition.current.partition}:logs:${var.region}:${var.account}:log-group:/aws/elasticache/${var.name}/*"
          }
        }
      },
    ]
  })
}

resource "aws_kms_alias" "this" {
  count = var.kms_key_arn == "" ? 1 : 0

  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this[0].key_id
}

# ---- credentials: generated and stored, and known to nobody else. Neither the
# state nor the plan ever holds them. ----

ephemeral "aws_secretsmanager_random_password" "this" {
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "credentials" {
  name                    = "${var.secret_path}/credentials"
  description             = "Password of ${var.name}"
  kms_key_id              = local.kms_key_arn
  recovery_window_in_days = local.recovery_days
  tags                    = var.tags
}

resource "aws_secretsmanager_secret_version" "credentials" {
  secret_id                = aws_secretsmanager_secret.credentials.id
  secret_string_wo_version = var.password_version
  secret_string_wo = jsonencode({
    password = ephemeral.aws_secretsmanager_random_password.this.random_password
  })
}

# The AWS provider would keep an ElastiCache password in the state. CloudFormation
# reads it from Secrets Manager instead, where it stays. A user named "default"
# lets every client log in by password alone, as AUTH always worked. A new
# password is a new version id, so the stack follows it.
resource "aws_cloudformation_stack" "user" {
  name              = "${var.name}-user"
  notification_arns = compact([var.alarm_topic_arn])
  tags              = var.tags

  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "The user of ${var.name}; its password is read from Secrets Manager"
    Resources = {
      User = {
        Type = "AWS::ElastiCache::User"
        Properties = {
          UserId       = var.name
          UserName     = "default"
          Engine       = "valkey"
          AccessString = "on ~* &* +@all"
          Passwords = [
            "{{resolve:secretsmanager:${aws_secretsmanager_secret.credentials.arn}:SecretString:password::${aws_secretsmanager_secret_version.credentials.version_id}}}"
          ]
        }
      }
    }
  })
}

resource "aws_elasticache_user_group" "this" {
  user_group_id = var.name
  engine        = "valkey"
  user_ids      = [var.name]
  tags          = var.tags

  depends_on = [aws_cloudformation_stack.user]
}

# ---- network ----

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Private subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
  tags        = var.tags
}

resource "aws_security_group" "this" {
  name        = "${var.name}-redis"
  description = "Admits the cluster to ${var.name}"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-redis" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = var.client_security_group_id
  description                  = "Redis protocol from the cluster"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = var.tags
}

# ---- monitoring ----

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["engine-log", "slow-log"])

  name              = "/aws/elasticache/${var.name}/${each.key}"
  retention_in_days = 365
  kms_key_id        = local.kms_key_arn
  tags              = var.tags
}

# ---- store ----

resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.name}-v${local.major}"
  description = "Eviction of ${var.name}"
  family      = "valkey${local.major}"
  tags        = var.tags

  parameter {
    name  = "maxmemory-policy"
    value = var.eviction
  }

  # A new major version brings a new group; the old one goes after the store has left it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "In-memory store of ${var.name}"
  tags                 = var.tags

  engine                     = "valkey"
  engine_version             = var.engine_version
  node_type                  = var.node_type
  parameter_group_name       = aws_elasticache_parameter_group.this.name
  auto_minor_version_upgrade = true

  num_cache_clusters         = var.multi_az ? 2 : 1
  automatic_failover_enabled = var.multi_az
  multi_az_enabled           = var.multi_az

  port                       = local.port
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.this.id]
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  at_rest_encryption_enabled = true
  kms_key_id                 = local.kms_key_arn
  user_group_ids             = [aws_elasticache_user_group.this.user_group_id]

  snapshot_retention_limit  = var.backup_retention_days
  snapshot_window           = "02:00-03:00"
  maintenance_window        = "sun:03:30-sun:04:30"
  final_snapshot_identifier = var.final_snapshot ? local.final_snapshot : null
  notification_topic_arn    = var.alarm_topic_arn != "" ? var.alarm_topic_arn : null

  # What was reviewed and merged happens now; when merging is allowed is the environment's freeze windows.
  apply_immediately = true

  dynamic "log_delivery_configuration" {
    for_each = aws_cloudwatch_log_group.this

    content {
      log_type         = log_delivery_configuration.key
      destination_type = "cloudwatch-logs"
      destination      = log_delivery_configuration.value.name
      log_format       = "json"
    }
  }
}

# ---- what the workload needs and is known only now ----

resource "aws_secretsmanager_secret" "endpoint" {
  name                    = var.secret_path
  description             = "Endpoint of ${var.name}"
  kms_key_id              = local.kms_key_arn
  recovery_window_in_days = local.recovery_days
  tags                    = var.tags
}

# Nothing here is secret: as an ordinary value it follows the host by itself.
resource "aws_secretsmanager_secret_version" "endpoint" {
  secret_id = aws_secretsmanager_secret.endpoint.id
  secret_string = jsonencode({
    host = aws_elasticache_replication_group.this.primary_endpoint_address
    port = tostring(local.port)
  })
}
