output "name" {
  description = "Name of the Kubernetes secret"
  value       = terraform_data.this.output.name
}

output "keys" {
  description = "Names of the secret keys"
  value       = terraform_data.this.output.keys
}
