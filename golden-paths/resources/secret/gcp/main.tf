# One secret a key: adding or removing a key never touches the values of the others.
resource "google_secret_manager_secret" "this" {
  for_each = toset(var.keys)

  secret_id           = "${var.name}-${each.key}"
  project             = var.project
  version_destroy_ttl = var.deletion_protection ? "${30 * 24 * 3600}s" : null
  labels              = var.rotation_days > 0 ? merge(var.labels, { rotate_within_days = tostring(var.rotation_days) }) : var.labels

  replication {
    user_managed {
      replicas {
        location = var.region

        dynamic "customer_managed_encryption" {
          for_each = var.kms_key == "" ? [] : [var.kms_key]

          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }
}

# Of this secret nobody else reads values, but for those who may read all of the project.
resource "google_secret_manager_secret_iam_binding" "readers" {
  for_each = google_secret_manager_secret.this

  project   = each.value.project
  secret_id = each.value.secret_id
  role      = "roles/secretmanager.secretAccessor"
  members   = var.readers
}
