# Records what was asked for: a real plan, state, lock and apply, without a provider or an account.
resource "terraform_data" "this" {
  input = {
    name            = var.name
    namespace       = var.namespace
    service_account = var.service_account
  }
}
