output "arns" {
  description = "ARN of each key's secret"
  value       = { for key, secret in aws_secretsmanager_secret.this : key => secret.arn }
}
