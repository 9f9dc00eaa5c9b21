output "principal" {
  description = "Email of the service account that the workload's pods act as"
  value       = google_service_account.this.email
}
