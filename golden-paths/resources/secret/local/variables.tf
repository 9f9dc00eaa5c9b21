variable "name" {
  description = "Name of the Kubernetes secret"
  type        = string
}

variable "keys" {
  description = "Names of the secret keys. Their values are never here"
  type        = list(string)
}

variable "generate" {
  description = "Whether values are generated once in the cluster"
  type        = bool
}

variable "rotation_days" {
  description = "Days after which the owner has to replace a value. 0: no such duty"
  type        = number
}
