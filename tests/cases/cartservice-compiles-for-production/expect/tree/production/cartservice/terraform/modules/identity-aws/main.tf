locals {
  # One statement a grant; conditions with the same operator belong together.
  statements = [for grant in var.grants : {
    for field, value in {
      Effect   = "Allow"
      Action   = grant.actions
      Resource = grant.resources
      Condition = {
        for test in distinct(grant.conditions[*].test) : test => {
          for condition in grant.conditions : condition.variable => condition.values if condition.test == test
        }
      }
    } : field => value if field != "Condition" || length(grant.conditions) > 0
  }]
}

# EKS tags each session with where the pod runs, so no other association can borrow this role.
resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "Workload ${var.service_account} in ${var.namespace} on ${var.cluster}"
  permissions_boundary = var.permissions_boundary == "" ? null : var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PodsOfThisServiceAccount"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:RequestTag/eks-cluster-arn"            = "arn:aws:eks:${var.region}:${var.account}:cluster/${var.cluster}"
          "aws:RequestTag/kubernetes-namespace"       = var.namespace
          "aws:RequestTag/kubernetes-service-account" = var.service_account
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "grants" {
  count = length(var.grants) > 0 ? 1 : 0

  name = "grants"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = local.statements
  })
}

resource "aws_eks_pod_identity_association" "this" {
  cluster_name    = var.cluster
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.this.arn
  tags            = var.tags
}
