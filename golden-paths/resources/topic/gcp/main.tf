resource "google_pubsub_topic" "this" {
  name         = var.name
  project      = var.project
  kms_key_name = var.kms_key == "" ? null : var.kms_key
  labels       = var.labels

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}
