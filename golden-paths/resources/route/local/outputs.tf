output "host" {
  description = "Host name of the route"
  value       = terraform_data.this.output.host
}

output "url" {
  description = "Address of the route"
  value       = "http://${terraform_data.this.output.host}${terraform_data.this.output.path}"
}
