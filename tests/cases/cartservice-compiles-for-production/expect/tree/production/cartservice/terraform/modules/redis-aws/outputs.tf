output "arn" {
  description = "ARN of the replication group"
  value       = aws_elasticache_replication_group.this.arn
}

output "host" {
  description = "Host name of the primary"
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "secret_arn" {
  description = "ARN of the secret that holds the endpoint"
  value       = aws_secretsmanager_secret.endpoint.arn
}

output "credentials_secret_arn" {
  description = "ARN of the secret that holds the password"
  value       = aws_secretsmanager_secret.credentials.arn
}
