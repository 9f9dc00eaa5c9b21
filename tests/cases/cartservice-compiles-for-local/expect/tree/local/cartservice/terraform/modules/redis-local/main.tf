# Records what would exist: a real plan, state and lock, without a provider, an account or a network.
resource "terraform_data" "this" {
  input = {
    name             = var.name
    tags             = var.tags
    engine_version   = var.engine_version
    memory           = var.memory
    eviction         = var.eviction
    host             = var.host
    port             = var.port
    password_version = var.password_version
  }
}
