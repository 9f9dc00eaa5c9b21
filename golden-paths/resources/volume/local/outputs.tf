output "claim" {
  description = "Name of the PersistentVolumeClaim"
  value       = terraform_data.this.output.claim
}
