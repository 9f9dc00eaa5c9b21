variable "name" {
  description = "Name of the store"
  type        = string
}

variable "tags" {
  description = "Labels of the unit"
  type        = map(string)
}

variable "engine_version" {
  description = "Version of the engine"
  type        = string
}

variable "memory" {
  description = "Memory of each node"
  type        = string
}

variable "eviction" {
  description = "What goes when memory is full"
  type        = string
}

variable "host" {
  description = "Host of the store"
  type        = string
}

variable "port" {
  description = "TCP port"
  type        = number
}

variable "password_version" {
  description = "Number of the generated password"
  type        = number
}
