# Compiled by Pavior. Do not edit: change the declaration and compile again.

terraform {
  required_version = ">= 1.11.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["123456789012"]

  default_tags {
    tags = {
      organisation = "boutique"
      environment  = "production"
      unit         = "production/cartservice"
      owner        = "shopping"
      managed-by   = "pavior"
    }
  }
}
