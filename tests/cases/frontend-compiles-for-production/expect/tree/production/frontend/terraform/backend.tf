# Compiled by Pavior. Do not edit: change the declaration and compile again.

terraform {
  backend "s3" {
    bucket       = "boutique-production-terraform-state"
    key          = "boutique/production/frontend/terraform.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    use_lockfile = true
  }
}
