output "host" {
  description = "Private address of the primary"
  value       = google_redis_instance.this.host
}

output "port" {
  description = "TCP port: 6378, because Memorystore serves TLS there"
  value       = google_redis_instance.this.port
}
