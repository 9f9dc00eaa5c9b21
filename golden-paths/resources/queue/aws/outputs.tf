output "url" {
  description = "URL of the queue"
  value       = aws_sqs_queue.this.url
}

output "arn" {
  description = "ARN of the queue"
  value       = aws_sqs_queue.this.arn
}

output "dead_letter_url" {
  description = "URL of the dead letter queue"
  value       = aws_sqs_queue.dead.url
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the messages"
  value       = local.kms_key
}
