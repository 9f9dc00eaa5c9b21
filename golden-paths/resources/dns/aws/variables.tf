variable "zone_id" {
  description = "Hosted zone of the environment"
  type        = string

  validation {
    condition     = var.zone_id != ""
    error_message = "The environment names no hosted zone (environment.aws.hostedZone), so no record can be made."
  }
}

variable "host" {
  description = "Full name of the record, without a final dot"
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]{2,63}$", var.host))
    error_message = "A host is labels of lower-case letters, digits and hyphens, joined by dots."
  }
}

variable "record_type" {
  description = "Type of the record"
  type        = string

  validation {
    condition     = contains(["A", "AAAA", "CNAME", "TXT"], var.record_type)
    error_message = "Types are A, AAAA, CNAME and TXT."
  }
}

variable "target" {
  description = "What the record points to: a host name, an address, or the text"
  type        = string
}

variable "ttl" {
  description = "Seconds that resolvers may keep the record"
  type        = number
}
