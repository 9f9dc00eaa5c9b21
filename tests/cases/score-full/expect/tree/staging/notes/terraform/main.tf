# Compiled by Pavior. Do not edit: change the declaration and compile again.

module "db" {
  source = "./modules/postgres-aws"
  name   = "boutique-staging-notes-db"
  tags = {
    "app.kubernetes.io/name"       = "notes-db"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "staging"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "notes-db"
  }
  account = "210987654321"
  region  = "eu-central-1"
  vpc_id  = "vpc-05a4c1d9e27b6a085"
  subnet_ids = [
    "subnet-05a71be3d8a46f012",
    "subnet-05a71be3d8a46f022",
    "subnet-05a71be3d8a46f032",
  ]
  client_security_group_id = "sg-05a28e6f1b7c3d904"
  kms_key_arn              = "arn:aws:kms:eu-central-1:210987654321:key/5a5a5a5a-7a1c-4d0e-9b55-5a5a5a5a5a5a"
  permissions_boundary_arn = ""
  alarm_topic_arn          = "arn:aws:sns:eu-central-1:210987654321:boutique-staging-alarms"
  secret_path              = "boutique/staging/notes/db"
  password_version         = 1
  engine_version           = "17"
  instance_class           = "db.t4g.micro"
  storage_gib              = 20
  database                 = "notes"
  username                 = "app"
  multi_az                 = true
  backup_retention_days    = 7
  deletion_protection      = false
  final_snapshot           = false
}

module "cache" {
  source = "./modules/redis-aws"
  name   = "boutique-staging-notes-cache"
  tags = {
    "app.kubernetes.io/name"       = "notes-cache"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "staging"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "notes-cache"
  }
  account = "210987654321"
  region  = "eu-central-1"
  vpc_id  = "vpc-05a4c1d9e27b6a085"
  subnet_ids = [
    "subnet-05a71be3d8a46f012",
    "subnet-05a71be3d8a46f022",
    "subnet-05a71be3d8a46f032",
  ]
  client_security_group_id = "sg-05a28e6f1b7c3d904"
  kms_key_arn              = "arn:aws:kms:eu-central-1:210987654321:key/5a5a5a5a-7a1c-4d0e-9b55-5a5a5a5a5a5a"
  alarm_topic_arn          = "arn:aws:sns:eu-central-1:210987654321:boutique-staging-alarms"
  secret_path              = "boutique/staging/notes/cache"
  password_version         = 1
  engine_version           = "7.2"
  node_type                = "cache.t4g.micro"
  eviction                 = "volatile-lru"
  multi_az                 = true
  backup_retention_days    = 7
  deletion_protection      = false
  final_snapshot           = false
}

module "attachments" {
  source  = "./modules/bucket-aws"
  name    = "boutique-staging-notes-attachments-210987654321"
  account = "210987654321"
  tags = {
    "app.kubernetes.io/name"       = "notes-attachments"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "staging"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "notes-attachments"
  }
  kms_key_arn         = "arn:aws:kms:eu-central-1:210987654321:key/5a5a5a5a-7a1c-4d0e-9b55-5a5a5a5a5a5a"
  log_bucket          = "boutique-staging-access-logs"
  versioning          = true
  expire_days         = 0
  noncurrent_days     = 30
  deletion_protection = false
}

module "data" {
  source = "./modules/volume-aws"
  name   = "boutique-staging-notes-data"
  tags = {
    "app.kubernetes.io/name"       = "notes-data"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "staging"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "notes-data"
  }
  account                  = "210987654321"
  region                   = "eu-central-1"
  permissions_boundary_arn = ""
  claim                    = "boutique-staging-notes-data"
  retention_days           = 7
}

module "web" {
  source = "./modules/route-aws"
  host   = "notes.staging.boutique.example"
  tags = {
    "app.kubernetes.io/name"       = "notes-web"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "staging"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "notes-web"
  }
  hosted_zone = "Z05ABOUTIQUE7EXAMPLE"
}

module "identity" {
  source  = "./modules/identity-aws"
  name    = "boutique-staging-notes-identity"
  account = "210987654321"
  region  = "eu-central-1"
  tags = {
    "app.kubernetes.io/name"       = "notes-identity"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "staging"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "notes-identity"
  }
  cluster         = "boutique-staging"
  namespace       = "staging"
  service_account = "notes"
  grants = [
    {
      actions = [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ]
      resources = ["arn:aws:s3:::boutique-staging-notes-attachments-210987654321/*"]
    },
    {
      actions   = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation"]
      resources = ["arn:aws:s3:::boutique-staging-notes-attachments-210987654321"]
    },
    {
      actions = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [
        "arn:aws:kms:eu-central-1:210987654321:key/5a5a5a5a-7a1c-4d0e-9b55-5a5a5a5a5a5a",
      ]
      conditions = [
        {
          test     = "StringEquals"
          values   = ["s3.eu-central-1.amazonaws.com"]
          variable = "kms:ViaService"
        },
      ]
    },
  ]
  permissions_boundary = ""
}
