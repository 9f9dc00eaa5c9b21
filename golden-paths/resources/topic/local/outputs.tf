output "name" {
  description = "Name of the topic"
  value       = terraform_data.this.output.name
}

output "endpoint" {
  description = "Address of the topic server in the cluster"
  value       = terraform_data.this.output.endpoint
}
