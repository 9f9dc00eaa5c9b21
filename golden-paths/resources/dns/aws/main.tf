resource "aws_route53_record" "this" {
  zone_id = var.zone_id
  name    = var.host
  type    = var.record_type
  ttl     = var.ttl
  records = [var.target]

  # A record that somebody else made stays theirs: the apply fails and says so.
  allow_overwrite = false
}
