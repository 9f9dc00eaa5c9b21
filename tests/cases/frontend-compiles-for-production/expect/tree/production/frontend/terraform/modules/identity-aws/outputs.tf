output "principal" {
  description = "ARN of the role that the workload's pods assume"
  value       = aws_iam_role.this.arn
}
