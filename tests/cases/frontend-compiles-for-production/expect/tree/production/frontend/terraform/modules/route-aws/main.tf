# The load balancer controller finds the certificate in ACM by its host name, so the Ingress needs no ARN.
resource "aws_acm_certificate" "this" {
  count = var.hosted_zone == "" ? 0 : 1

  domain_name       = var.host
  validation_method = "DNS"
  tags              = var.tags

  options {
    certificate_transparency_logging_preference = "ENABLED"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# One name, so one validation record.
resource "aws_route53_record" "validation" {
  count = var.hosted_zone == "" ? 0 : 1

  zone_id         = var.hosted_zone
  name            = one(aws_acm_certificate.this[0].domain_validation_options).resource_record_name
  type            = one(aws_acm_certificate.this[0].domain_validation_options).resource_record_type
  records         = [one(aws_acm_certificate.this[0].domain_validation_options).resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  count = var.hosted_zone == "" ? 0 : 1

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = [aws_route53_record.validation[0].fqdn]
}
