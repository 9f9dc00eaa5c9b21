# Records what would exist: a real plan, state and lock, without a provider, an account or a network.
resource "terraform_data" "this" {
  input = {
    host        = var.host
    record_type = var.record_type
    target      = var.target
    ttl         = var.ttl
  }
}
