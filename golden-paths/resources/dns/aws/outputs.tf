output "host" {
  description = "Full name of the record"
  value       = aws_route53_record.this.fqdn
}
