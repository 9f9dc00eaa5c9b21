variable "name" {
  description = "Name of the subscription and, when the queue has its own, of the topic"
  type        = string
}

variable "project" {
  description = "Google Cloud project of the queue"
  type        = string
}

variable "region" {
  description = "Region in which messages are kept"
  type        = string
}

variable "labels" {
  description = "Labels of every object this module creates"
  type        = map(string)
  default     = {}
}

variable "kms_key" {
  description = "Cloud KMS key that encrypts the messages; the Pub/Sub service agent must be allowed to use it. Empty: a key of Google's"
  type        = string
  default     = ""
}

variable "ordered" {
  description = "Whether messages with the same key keep their order and arrive once"
  type        = bool
  default     = false
}

variable "ack_deadline_seconds" {
  description = "Seconds for which a received message is hidden from other receivers"
  type        = number
  default     = 30

  validation {
    condition     = var.ack_deadline_seconds >= 10 && var.ack_deadline_seconds <= 600
    error_message = "Pub/Sub waits 10 to 600 seconds; a client extends it while it works."
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
  description = "Receives after which a message goes to the dead letter topic"
  type        = number
  default     = 5

  validation {
    condition     = var.max_receives >= 5 && var.max_receives <= 100
    error_message = "Pub/Sub gives a message up after 5 to 100 deliveries."
  }
}

variable "topic" {
  description = "Topic (projects/<project>/topics/<name>) whose messages the queue receives. Empty: the queue gets its own"
  type        = string
  default     = ""
}
