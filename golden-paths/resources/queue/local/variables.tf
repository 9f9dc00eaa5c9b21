variable "name" {
  description = "Name of the queue"
  type        = string
}

variable "url" {
  description = "Address of the queue in the cluster"
  type        = string
}

variable "ordered" {
  description = "Whether messages keep their order and arrive once"
  type        = bool
}

variable "retention_days" {
  description = "Days for which a message waits to be received"
  type        = number
}

variable "max_receives" {
  description = "Receives after which a message goes to the dead letter queue"
  type        = number
}
