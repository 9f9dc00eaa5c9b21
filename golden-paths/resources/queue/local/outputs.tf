output "name" {
  description = "Name of the queue"
  value       = terraform_data.this.output.name
}

output "url" {
  description = "Address of the queue in the cluster"
  value       = terraform_data.this.output.url
}
