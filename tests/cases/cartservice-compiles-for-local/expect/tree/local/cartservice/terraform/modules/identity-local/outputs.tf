output "principal" {
  description = "Name of the workload's identity"
  value       = terraform_data.this.output.name
}
