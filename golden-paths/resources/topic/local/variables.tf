variable "name" {
  description = "Name of the topic"
  type        = string
}

variable "endpoint" {
  description = "Address of the topic server in the cluster"
  type        = string
}

variable "ordered" {
  description = "Whether messages keep their order and arrive once"
  type        = bool
}
