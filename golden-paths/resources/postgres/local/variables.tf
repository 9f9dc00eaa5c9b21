variable "name" {
  description = "Name of the database server"
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
  description = "Memory of the server"
  type        = string
}

variable "storage" {
  description = "Storage of the server"
  type        = string
}

variable "database" {
  description = "Name of the first database"
  type        = string
}

variable "username" {
  description = "Name of the owner of the database"
  type        = string
}

variable "host" {
  description = "Host of the server"
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
