# Compiled by Pavior. Do not edit: change the declaration and compile again.

module "carts" {
  source = "./modules/redis-local"
  name   = "boutique-local-cartservice-carts"
  tags = {
    "app.kubernetes.io/name"       = "cartservice-carts"
    "app.kubernetes.io/part-of"    = "boutique"
    "app.kubernetes.io/managed-by" = "pavior"
    "pavior.dev/environment"       = "local"
    "pavior.dev/owner"             = "shopping"
    "pavior.dev/resource"          = "cartservice-carts"
  }
  engine_version   = "7.2"
  memory           = "256Mi"
  eviction         = "volatile-lru"
  host             = "localhost"
  port             = 6379
  password_version = 1
}

module "identity" {
  source          = "./modules/identity-local"
  name            = "boutique-local-cartservice-identity"
  namespace       = "local"
  service_account = "cartservice"
}
