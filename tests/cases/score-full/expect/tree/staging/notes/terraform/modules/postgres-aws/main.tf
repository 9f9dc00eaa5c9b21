data "aws_partition" "current" {}

locals {
  kms_key_arn          = var.kms_key_arn != "" ? var.kms_key_arn : aws_kms_key.this[0].arn
  permissions_boundary = var.permissions_boundary_arn != "" ? var.permissions_boundary_arn : null
  recovery_days        = var.deletion_protection ? 30 : 0
  port                 = 5432

  # Secrets Manager ends each ARN with six random characters: a database made anew under its old name gets a new snapshot name.
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
            "kms:EncryptionContext:aws:logs:arn" = "arn:${data.aws_partition.current.partition}:logs:${var.region}:${var.account}:log-group:/aws/rds/instance/${var.name}/*"
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

# ---- credentials: generated, stored, then read back, so that an apply that
# breaks off in between can never leave the store and the database apart.
# Neither the state nor the plan ever holds them. ----

ephemeral "aws_secretsmanager_random_password" "this" {
  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "credentials" {
  name                    = "${var.secret_path}/credentials"
  description             = "User name and password of ${var.name}"
  kms_key_id              = local.kms_key_arn
  recovery_window_in_days = local.recovery_days
  tags                    = var.tags
}

resource "aws_secretsmanager_secret_version" "credentials" {
  secret_id                = aws_secretsmanager_secret.credentials.id
  secret_string_wo_version = var.password_version
  secret_string_wo = jsonencode({
    username = var.username
    password = ephemeral.aws_secretsmanager_random_password.this.random_password
  })
}

ephemeral "aws_secretsmanager_secret_version" "credentials" {
  secret_id  = aws_secretsmanager_secret.credentials.id
  version_id = aws_secretsmanager_secret_version.credentials.version_id
}

# ---- network ----

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Private subnets of ${var.name}"
  subnet_ids  = var.subnet_ids
  tags        = var.tags
}

resource "aws_security_group" "this" {
  name        = "${var.name}-postgres"
  description = "Admits the cluster to ${var.name}"
  vpc_id      = var.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-postgres" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  security_group_id            = aws_security_group.this.id
  referenced_security_group_id = var.client_security_group_id
  description                  = "PostgreSQL from the cluster"
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  tags                         = var.tags
}

# ---- monitoring ----

resource "aws_iam_role" "monitoring" {
  name                 = "${var.name}-monitoring"
  description          = "Lets RDS publish operating system metrics of ${var.name}"
  permissions_boundary = local.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike      = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:rds:${var.region}:${var.account}:db:${var.name}" }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

# RDS would make these itself, unencrypted and kept for ever.
resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = 365
  kms_key_id        = local.kms_key_arn
  tags              = var.tags
}

resource "aws_db_event_subscription" "this" {
  count = var.alarm_topic_arn != "" ? 1 : 0

  name             = var.name
  sns_topic        = var.alarm_topic_arn
  source_type      = "db-instance"
  source_ids       = [aws_db_instance.this.identifier]
  event_categories = ["availability", "configuration change", "deletion", "failover", "failure", "low storage", "maintenance", "recovery"]
  tags             = var.tags
}

# ---- database ----

resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-pg${var.engine_version}"
  description = "Demands TLS and logs slow statements and schema changes"
  family      = "postgres${var.engine_version}"
  tags        = var.tags

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # Schema changes only: the text of other statements may hold personal data.
  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  parameter {
    name  = "log_connections"
    value = "1"
  }

  parameter {
    name  = "log_disconnections"
    value = "1"
  }

  parameter {
    name  = "log_lock_waits"
    value = "1"
  }

  # A new major version brings a new group; the old one goes after the instance has left it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  identifier = var.name
  tags       = var.tags

  engine                      = "postgres"
  engine_version              = var.engine_version
  instance_class              = var.instance_class
  parameter_group_name        = aws_db_parameter_group.this.name
  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = true

  db_name             = var.database
  username            = var.username
  password_wo         = jsondecode(ephemeral.aws_secretsmanager_secret_version.credentials.secret_string).password
  password_wo_version = var.password_version
  port                = local.port

  iam_database_authentication_enabled = true

  storage_type          = "gp3"
  allocated_storage     = var.storage_gib
  max_allocated_storage = var.storage_gib * 2
  storage_encrypted     = true
  kms_key_id            = local.kms_key_arn

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  ca_cert_identifier     = "rds-ca-rsa2048-g1"
  multi_az               = var.multi_az

  backup_retention_period   = var.backup_retention_days
  backup_window             = "02:00-03:00"
  maintenance_window        = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = !var.deletion_protection
  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.final_snapshot
  final_snapshot_identifier = var.final_snapshot ? local.final_snapshot : null

  # What was reviewed and merged happens now; when merging is allowed is the environment's freeze windows.
  apply_immediately = true

  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = local.kms_key_arn
  performance_insights_retention_period = 7
  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]

  timeouts {
    create = "60m"
    update = "120m"
    delete = "60m"
  }

  depends_on = [
    aws_cloudwatch_log_group.this,
    aws_iam_role_policy_attachment.monitoring,
  ]
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
    host     = aws_db_instance.this.address
    port     = tostring(aws_db_instance.this.port)
    database = var.database
  })
}
