output "topic" {
  description = "Topic to which messages are sent"
  value       = local.topic
}

output "subscription" {
  description = "Subscription from which messages are received"
  value       = google_pubsub_subscription.this.id
}

output "dead_letter_subscription" {
  description = "Subscription that holds messages given up"
  value       = google_pubsub_subscription.dead.id
}
