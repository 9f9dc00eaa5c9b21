output "id" {
  description = "Path of the topic"
  value       = google_pubsub_topic.this.id
}
