# Records what was asked for: a real plan, state, lock and apply, without a provider or an account.
resource "terraform_data" "this" {
  input = {
    name          = var.name
    keys          = var.keys
    generate      = var.generate
    rotation_days = var.rotation_days
  }
}
