variable "host" {
  description = "Host name of the route"
  type        = string
}

variable "path" {
  description = "Path below which requests are the service's"
  type        = string
}

variable "port" {
  description = "Service port that answers"
  type        = string
}

variable "visibility" {
  description = "Who may reach the host: public or internal"
  type        = string
}
