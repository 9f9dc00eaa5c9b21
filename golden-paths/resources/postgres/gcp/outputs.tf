output "host" {
  description = "Private address of the instance"
  value       = google_sql_database_instance.this.private_ip_address
}

output "connection_name" {
  description = "Name by which the Cloud SQL connectors find the instance"
  value       = google_sql_database_instance.this.connection_name
}
