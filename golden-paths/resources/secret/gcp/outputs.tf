output "ids" {
  description = "Path of each key's secret"
  value       = { for key, secret in google_secret_manager_secret.this : key => secret.id }
}
