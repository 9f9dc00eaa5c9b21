output "name" {
  description = "Name of the bucket"
  value       = aws_s3_bucket.this.id
}

output "arn" {
  description = "ARN of the bucket"
  value       = aws_s3_bucket.this.arn
}

output "kms_key_arn" {
  description = "ARN of the key that encrypts the objects"
  value       = local.kms_key
}
