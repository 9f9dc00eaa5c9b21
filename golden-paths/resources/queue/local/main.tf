# Records what was asked for: a real plan, state, lock and apply, without a provider or an account.
resource "terraform_data" "this" {
  input = {
    name           = var.name
    url            = var.url
    ordered        = var.ordered
    retention_days = var.retention_days
    max_receives   = var.max_receives
  }
}
