output "name" {
  description = "Name of the bucket"
  value       = terraform_data.this.output.name
}

output "endpoint" {
  description = "Address of the S3 server in the cluster"
  value       = terraform_data.this.output.endpoint
}
