output "arn" {
  description = "ARN of the topic"
  value       = aws_sns_topic.this.arn
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the messages"
  value       = local.kms_key
}
