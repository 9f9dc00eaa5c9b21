# Compiled by Pavior. Do not edit: change the declaration and compile again.

module "carts" {
  source = "./modules/redis-aws"
  name   = "boutique-production-cartservice-carts"
  tags = {
    "app.kubernetes.io/name"       = "cartservice-carts"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "production"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "cartservice-carts"
  }
  account = "123456789012"
  region  = "eu-central-1"
  vpc_id  = "vpc-09f4c1d9e27b6a085"
  subnet_ids = [
    "subnet-09f71be3d8a46f012",
    "subnet-09f71be3d8a46f022",
    "subnet-09f71be3d8a46f032",
  ]
  client_security_group_id = "sg-09f28e6f1b7c3d904"
  kms_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/9f9f9f9f-7a1c-4d0e-9b55-9f9f9f9f9f9f"
  alarm_topic_arn          = "arn:aws:sns:eu-central-1:123456789012:boutique-production-alarms"
  secret_path              = "boutique/production/cartservice/carts"
  password_version         = 1
  engine_version           = "7.2"
  node_type                = "cache.t4g.micro"
  eviction                 = "volatile-lru"
  multi_az                 = true
  backup_retention_days    = 30
  deletion_protection      = true
  final_snapshot           = true
}

module "identity" {
  source  = "./modules/identity-aws"
  name    = "boutique-production-cartservice-identity"
  account = "123456789012"
  region  = "eu-central-1"
  tags = {
    "app.kubernetes.io/name"       = "cartservice-identity"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "production"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "cartservice-identity"
  }
  cluster              = "boutique-production"
  namespace            = "production"
  service_account      = "cartservice"
  grants               = []
  permissions_boundary = ""
}
