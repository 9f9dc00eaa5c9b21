# Compiled by Pavior. Do not edit: change the declaration and compile again.

terraform {
  backend "local" {}
}
