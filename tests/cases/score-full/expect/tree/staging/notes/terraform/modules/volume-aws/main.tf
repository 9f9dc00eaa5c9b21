data "aws_partition" "current" {}

locals {
  permissions_boundary = var.permissions_boundary_arn != "" ? var.permissions_boundary_arn : null
  arn_prefix           = "arn:${data.aws_partition.current.partition}:ec2:${var.region}"

  # The EBS driver sets this tag on the volume of every claim (external-provisioner --extra-create-metadata, on by default in EKS).
  claim_tag = "kubernetes.io/created-for/pvc/name"
}

resource "aws_iam_role" "snapshots" {
  name                 = "${var.name}-snapshots"
  description          = "Lets Data Lifecycle Manager snapshot the volumes of ${var.name}"
  permissions_boundary = local.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "dlm.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account }
        ArnLike      = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:dlm:${var.region}:${var.account}:policy/*" }
      }
    }]
  })
}

# Narrower than AWSDataLifecycleManagerServiceRole: only this claim's volumes, only the snapshots made from them.
resource "aws_iam_role_policy" "snapshots" {
  name = "snapshots"
  role = aws_iam_role.snapshots.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "SnapshotVolumesOfTheClaim"
        Effect    = "Allow"
        Action    = ["ec2:CreateSnapshot", "ec2:CreateSnapshots"]
        Resource  = "${local.arn_prefix}:${var.account}:volume/*"
        Condition = { StringEquals = { "aws:ResourceTag/${local.claim_tag}" = var.claim } }
      },
      {
        Sid      = "MakeAndTagSnapshots"
        Effect   = "Allow"
        Action   = ["ec2:CreateSnapshot", "ec2:CreateSnapshots", "ec2:CreateTags"]
        Resource = "${local.arn_prefix}::snapshot/*"
      },
      {
        Sid       = "ExpireSnapshotsOfTheClaim"
        Effect    = "Allow"
        Action    = "ec2:DeleteSnapshot"
        Resource  = "${local.arn_prefix}::snapshot/*"
        Condition = { StringEquals = { "aws:ResourceTag/${local.claim_tag}" = var.claim } }
      },
      {
        Sid      = "FindThem"
        Effect   = "Allow"
        Action   = ["ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"]
        Resource = "*"
      },
    ]
  })
}

resource "aws_dlm_lifecycle_policy" "this" {
  description        = "Daily snapshots of ${var.name}"
  execution_role_arn = aws_iam_role.snapshots.arn
  state              = var.retention_days > 0 ? "ENABLED" : "DISABLED"
  tags               = merge(var.tags, { Name = var.name })

  policy_details {
    policy_type    = "EBS_SNAPSHOT_MANAGEMENT"
    resource_types = ["VOLUME"]
    target_tags    = { (local.claim_tag) = var.claim }

    schedule {
      name        = "daily"
      copy_tags   = true
      tags_to_add = var.tags

      create_rule {
        interval      = 24
        interval_unit = "HOURS"
        times         = ["02:00"]
      }

      retain_rule {
        interval      = max(var.retention_days, 1)
        interval_unit = "DAYS"
      }
    }
  }

  depends_on = [aws_iam_role_policy.snapshots]
}
