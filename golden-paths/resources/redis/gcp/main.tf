locals {
  kms_key = var.kms_key != "" ? var.kms_key : null
  labels  = { for key, value in var.tags : replace(lower(key), "/[^a-z0-9_-]/", "_") => replace(lower(value), "/[^a-z0-9_-]/", "_") }
}

# Memorystore makes the AUTH string itself and the provider reads it back as a
# computed attribute, so this one value does reach the state, marked sensitive.
# Keep the state in a bucket with a key of your own.
resource "google_redis_instance" "this" {
  project            = var.project
  name               = var.name
  region             = var.region
  tier               = var.multi_zone ? "STANDARD_HA" : "BASIC"
  memory_size_gb     = var.memory_gib
  redis_version      = var.engine_version
  authorized_network = var.network
  connect_mode       = "PRIVATE_SERVICE_ACCESS"
  labels             = local.labels

  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"
  customer_managed_key    = local.kms_key

  redis_configs = {
    maxmemory-policy = var.eviction
  }

  persistence_config {
    persistence_mode    = var.snapshots ? "RDB" : "DISABLED"
    rdb_snapshot_period = var.snapshots ? "TWELVE_HOURS" : null
  }

  maintenance_policy {
    weekly_maintenance_window {
      day = "SUNDAY"

      start_time {
        hours = 4
      }
    }
  }
}

resource "google_secret_manager_secret" "this" {
  for_each = { endpoint = var.secret_path, credentials = "${var.secret_path}-credentials" }

  project   = var.project
  secret_id = each.value
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region

        dynamic "customer_managed_encryption" {
          for_each = local.kms_key[*]

          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }
}

resource "google_secret_manager_secret_version" "credentials" {
  secret                 = google_secret_manager_secret.this["credentials"].id
  secret_data_wo_version = var.password_version
  secret_data_wo         = jsonencode({ password = google_redis_instance.this.auth_string })
}

# Nothing here is secret: as an ordinary value it follows the host by itself.
resource "google_secret_manager_secret_version" "endpoint" {
  secret = google_secret_manager_secret.this["endpoint"].id
  secret_data = jsonencode({
    host = google_redis_instance.this.host
    port = tostring(google_redis_instance.this.port)
    ca   = join("\n", google_redis_instance.this.server_ca_certs[*].cert)
  })
}
