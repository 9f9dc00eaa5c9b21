output "arn" {
  description = "ARN of the instance"
  value       = aws_db_instance.this.arn
}

output "host" {
  description = "Host name of the instance"
  value       = aws_db_instance.this.address
}

output "secret_arn" {
  description = "ARN of the secret that holds the endpoint"
  value       = aws_secretsmanager_secret.endpoint.arn
}

output "credentials_secret_arn" {
  description = "ARN of the secret that holds user name and password"
  value       = aws_secretsmanager_secret.credentials.arn
}
