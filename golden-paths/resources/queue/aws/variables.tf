variable "name" {
  description = "Name of the queue, without the .fifo that AWS demands of ordered queues"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,71}$", var.name))
    error_message = "A queue name has 1 to 71 letters, digits, hyphens and underscores, so that the dead letter queue's name fits."
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
  description = "KMS key that encrypts the messages. Empty: the queue gets a key of its own"
  type        = string
  default     = ""
}

variable "ordered" {
  description = "Whether messages keep their order and arrive once (FIFO)"
  type        = bool
  default     = false
}

variable "visibility_timeout_seconds" {
  description = "Seconds for which a received message is hidden from other receivers"
  type        = number
  default     = 30

  validation {
    condition     = var.visibility_timeout_seconds >= 0 && var.visibility_timeout_seconds <= 43200
    error_message = "The visibility timeout is 0 to 43200 seconds."
  }
}

variable "retention_days" {
  description = "Days for which a message waits to be received"
  type        = number
  default     = 4

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 14
    error_message = "Messages wait 1 to 14 days."
  }
}

variable "max_receives" {
  description = "Receives after which a message goes to the dead letter queue"
  type        = number
  default     = 5

  validation {
    condition     = var.max_receives >= 1 && var.max_receives <= 1000
    error_message = "A message is received 1 to 1000 times before it is given up."
  }
}

variable "topic_arn" {
  description = "SNS topic whose messages the queue receives. Empty: only what is sent to it"
  type        = string
  default     = ""
}

variable "alarm_topic_arn" {
  description = "SNS topic that hears of messages in the dead letter queue. Empty: no alarm"
  type        = string
  default     = ""
}

variable "deletion_protection" {
  description = "Whether the key stays recoverable for 30 days, not 7, after the queue is destroyed"
  type        = bool
  default     = true
}
