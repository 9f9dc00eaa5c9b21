output "certificate_arn" {
  description = "ARN of the validated certificate, empty when the environment has no hosted zone"
  value       = var.hosted_zone == "" ? "" : aws_acm_certificate_validation.this[0].certificate_arn
}
