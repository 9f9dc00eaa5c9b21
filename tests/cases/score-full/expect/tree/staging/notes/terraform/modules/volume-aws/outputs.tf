output "policy_id" {
  description = "Id of the snapshot policy"
  value       = aws_dlm_lifecycle_policy.this.id
}
