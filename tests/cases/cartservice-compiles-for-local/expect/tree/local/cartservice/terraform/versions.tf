# Compiled by Pavior. Do not edit: change the declaration and compile again.

terraform {
  required_version = ">= 1.11.0"
}
