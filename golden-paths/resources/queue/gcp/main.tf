data "google_project" "this" {
  project_id = var.project
}

locals {
  own_topic = var.topic == ""
  topic     = local.own_topic ? one(google_pubsub_topic.this[*].id) : var.topic

  # Pub/Sub itself moves messages to the dead letter topic, in the name of this account.
  service_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic" "this" {
  count = local.own_topic ? 1 : 0

  name         = var.name
  project      = var.project
  kms_key_name = var.kms_key == "" ? null : var.kms_key
  labels       = var.labels

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_topic" "dead" {
  name         = "${var.name}-dlq"
  project      = var.project
  kms_key_name = var.kms_key == "" ? null : var.kms_key
  labels       = var.labels

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_subscription" "this" {
  name                         = var.name
  project                      = var.project
  topic                        = local.topic
  ack_deadline_seconds         = var.ack_deadline_seconds
  message_retention_duration   = "${var.retention_days * 24 * 3600}s"
  enable_message_ordering      = var.ordered
  enable_exactly_once_delivery = var.ordered
  labels                       = var.labels

  # An idle subscription is not an abandoned one.
  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead.id
    max_delivery_attempts = var.max_receives
  }
}

resource "google_pubsub_subscription" "dead" {
  name                       = "${var.name}-dlq"
  project                    = var.project
  topic                      = google_pubsub_topic.dead.id
  message_retention_duration = "${14 * 24 * 3600}s"
  labels                     = var.labels

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_member" "dead" {
  project = var.project
  topic   = google_pubsub_topic.dead.name
  role    = "roles/pubsub.publisher"
  member  = local.service_agent
}

resource "google_pubsub_subscription_iam_member" "dead" {
  project      = var.project
  subscription = google_pubsub_subscription.this.name
  role         = "roles/pubsub.subscriber"
  member       = local.service_agent
}
