# Records what would exist: a real plan, state and lock, without a provider, an account or a network.
resource "terraform_data" "this" {
  input = {
    name  = var.name
    tags  = var.tags
    claim = var.claim
    size  = var.size
  }
}
