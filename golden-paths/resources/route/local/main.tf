# Records what was asked for: a real plan, state, lock and apply, without a provider or an account.
resource "terraform_data" "this" {
  input = {
    host       = var.host
    path       = var.path
    port       = var.port
    visibility = var.visibility
  }
}
