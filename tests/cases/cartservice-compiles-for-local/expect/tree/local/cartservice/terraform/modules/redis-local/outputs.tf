output "host" {
  description = "Host of the store"
  value       = terraform_data.this.output.host
}

output "port" {
  description = "TCP port"
  value       = terraform_data.this.output.port
}
