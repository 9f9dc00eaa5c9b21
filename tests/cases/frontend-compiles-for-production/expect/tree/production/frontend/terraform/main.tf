# Compiled by Pavior. Do not edit: change the declaration and compile again.

module "web" {
  source = "./modules/route-aws"
  host   = "shop.boutique.example"
  tags = {
    "app.kubernetes.io/name"       = "frontend-web"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "production"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "frontend-web"
  }
  hosted_zone = "Z09FBOUTIQUE7EXAMPLE"
}

module "identity" {
  source  = "./modules/identity-aws"
  name    = "boutique-production-frontend-identity"
  account = "123456789012"
  region  = "eu-central-1"
  tags = {
    "app.kubernetes.io/name"       = "frontend-identity"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "production"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "frontend-identity"
  }
  cluster              = "boutique-production"
  namespace            = "production"
  service_account      = "frontend"
  grants               = []
  permissions_boundary = ""
}
