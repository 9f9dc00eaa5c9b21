variable "name" {
  description = "Name of the topic, without the .fifo that AWS demands of ordered topics"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,251}$", var.name))
    error_message = "A topic name has 1 to 251 letters, digits, hyphens and underscores."
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
  description = "KMS key that encrypts the messages. Empty: the topic gets a key of its own"
  type        = string
  default     = ""
}

variable "ordered" {
  description = "Whether messages keep their order and arrive once (FIFO)"
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Whether the key stays recoverable for 30 days, not 7, after the topic is destroyed"
  type        = bool
  default     = true
}
