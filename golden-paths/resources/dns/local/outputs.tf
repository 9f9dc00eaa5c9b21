output "host" {
  description = "Full name of the record"
  value       = terraform_data.this.output.host
}
