locals {
  own_key   = var.kms_key_arn == ""
  kms_key   = local.own_key ? one(aws_kms_key.this[*].arn) : var.kms_key_arn
  keys      = toset(var.keys)
  generated = var.generate ? local.keys : toset([])
  tags      = var.rotation_days > 0 ? merge(var.tags, { "pavior.dev/rotate-within-days" = tostring(var.rotation_days) }) : var.tags
}

resource "aws_kms_key" "this" {
  count = local.own_key ? 1 : 0

  description             = "Secret values below ${var.path}"
  enable_key_rotation     = true
  deletion_window_in_days = max(var.recovery_window_days, 7)
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

resource "aws_kms_alias" "this" {
  count = local.own_key ? 1 : 0

  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this[0].key_id
}

# One secret a key: adding or removing a key never touches the values of the others.
resource "aws_secretsmanager_secret" "this" {
  for_each = local.keys

  name                    = "${var.path}/${each.key}"
  description             = var.generate ? "Generated once" : "Filled by its owner: {\"value\": \"...\"}"
  kms_key_id              = local.kms_key
  recovery_window_in_days = var.recovery_window_days
  tags                    = local.tags
}

# IAM alone is not enough to read a value: others of the account, administrators too, are refused.
resource "aws_secretsmanager_secret_policy" "this" {
  for_each = local.keys

  secret_arn          = aws_secretsmanager_secret.this[each.key].arn
  block_public_policy = true

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyReadersRead"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"]
        Resource  = "*"
        Condition = { ArnNotLike = { "aws:PrincipalArn" = var.reader_arns } }
      },
      {
        Sid       = "DenyPlainText"
        Effect    = "Deny"
        Principal = "*"
        Action    = "secretsmanager:*"
        Resource  = "*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

# Neither the ephemeral value nor the write-only argument is kept in plan or state.
ephemeral "aws_secretsmanager_random_password" "this" {
  for_each = local.generated

  password_length            = 40
  exclude_punctuation        = true
  require_each_included_type = true
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each = local.generated

  secret_id        = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo = jsonencode({ value = ephemeral.aws_secretsmanager_random_password.this[each.key].random_password })

  # Generated once: Terraform writes again only when this number changes.
  secret_string_wo_version = 1
}
