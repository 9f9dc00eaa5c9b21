# Records what was asked for: a real plan, state, lock and apply, without a provider or an account.
resource "terraform_data" "this" {
  input = {
    name        = var.name
    endpoint    = var.endpoint
    storage     = var.storage
    versioning  = var.versioning
    expire_days = var.expire_days
  }
}
