output "host" {
  description = "Host of the server"
  value       = terraform_data.this.output.host
}

output "port" {
  description = "TCP port"
  value       = terraform_data.this.output.port
}

output "database" {
  description = "Name of the first database"
  value       = terraform_data.this.output.database
}

output "username" {
  description = "Name of the owner of the database"
  value       = terraform_data.this.output.username
}
