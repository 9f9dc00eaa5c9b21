variable "name" {
  description = "Name of the topic"
  type        = string
}

variable "project" {
  description = "Google Cloud project of the topic"
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
