# Records what was asked for: a real plan, state, lock and apply, without a provider or an account.
resource "terraform_data" "this" {
  input = {
    name     = var.name
    endpoint = var.endpoint
    ordered  = var.ordered
  }
}
