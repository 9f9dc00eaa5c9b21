variable "host" {
  description = "Host name that the certificate is for"
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.host)) && length(var.host) <= 253
    error_message = "The host is a full DNS name in lower case, without a wildcard."
  }
}

variable "tags" {
  description = "Tags of every object this module creates"
  type        = map(string)
  default     = {}
}

variable "hosted_zone" {
  description = "Id of the public Route 53 zone of the host. Empty: a certificate for the host is in ACM already"
  type        = string
  default     = ""
}
