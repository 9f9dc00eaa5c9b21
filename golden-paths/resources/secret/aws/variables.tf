variable "name" {
  description = "Name of the key that encrypts the values"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9/_-]{1,250}$", var.name))
    error_message = "A key alias has 1 to 250 letters, digits, slashes, hyphens and underscores."
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

variable "path" {
  description = "Path in Secrets Manager below which each key has a secret of its own"
  type        = string
}

variable "keys" {
  description = "Names of the secret keys"
  type        = list(string)

  validation {
    condition     = length(var.keys) > 0 && alltrue([for key in var.keys : can(regex("^[A-Za-z][A-Za-z0-9_-]{0,62}$", key))])
    error_message = "A key starts with a letter and has up to 63 letters, digits, hyphens and underscores."
  }
}

variable "generate" {
  description = "Whether values are generated once. If not, the owner fills them"
  type        = bool
}

variable "rotation_days" {
  description = "Days after which the owner has to replace a value. 0: no such duty"
  type        = number
  default     = 0
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the values. Empty: they get a key of their own"
  type        = string
  default     = ""
}

variable "reader_arns" {
  description = "ARN patterns of the principals that may read values: the secret store's reader, and Terraform itself, which reads to refresh"
  type        = list(string)

  validation {
    condition     = length(var.reader_arns) > 0
    error_message = "Without a reader nobody could ever read or refresh the values."
  }
}

variable "recovery_window_days" {
  description = "Days for which a destroyed secret can be restored. 0: gone at once"
  type        = number
  default     = 30

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "Secrets Manager keeps a destroyed secret for 7 to 30 days, or 0."
  }
}
