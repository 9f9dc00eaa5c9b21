variable "name" {
  description = "Name of the bucket, unique among all AWS accounts"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket name has 3 to 63 lower-case letters, digits and hyphens; dots would break TLS."
  }
}

variable "account" {
  description = "Number of the AWS account that the module is for"
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account))
    error_message = "An account number has 12 digits."
  }
}

variable "tags" {
  description = "Tags of every object this module creates"
  type        = map(string)
  default     = {}
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the objects. Empty: the bucket gets a key of its own"
  type        = string
  default     = ""
}

variable "log_bucket" {
  description = "Bucket that receives the access log. Empty: no access log"
  type        = string
  default     = ""
}

variable "versioning" {
  description = "Whether overwritten and deleted objects stay recoverable"
  type        = bool
  default     = true
}

variable "expire_days" {
  description = "Days after which objects are deleted. 0: never"
  type        = number
  default     = 0

  validation {
    condition     = var.expire_days >= 0 && var.expire_days <= 3650
    error_message = "Objects expire after 0 (never) to 3650 days."
  }
}

variable "noncurrent_days" {
  description = "Days for which old versions of an object are kept"
  type        = number
  default     = 30

  validation {
    condition     = var.noncurrent_days >= 1 && var.noncurrent_days <= 3650
    error_message = "Old versions are kept for 1 to 3650 days."
  }
}

variable "deletion_protection" {
  description = "Whether a bucket that holds objects refuses to be destroyed"
  type        = bool
  default     = true
}
