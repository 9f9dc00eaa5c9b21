variable "host" {
  description = "Full name of the record"
  type        = string
}

variable "record_type" {
  description = "Type of the record"
  type        = string
}

variable "target" {
  description = "What the record points to"
  type        = string
}

variable "ttl" {
  description = "Seconds that resolvers may keep the record"
  type        = number
}
