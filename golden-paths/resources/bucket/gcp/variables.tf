variable "name" {
  description = "Name of the bucket, unique among all projects"
  type        = string
}

variable "project" {
  description = "Google Cloud project of the bucket"
  type        = string
}

variable "region" {
  description = "Region in which the objects are kept"
  type        = string
}

variable "labels" {
  description = "Labels of every object this module creates"
  type        = map(string)
  default     = {}
}

variable "kms_key" {
  description = "Cloud KMS key that encrypts the objects; the storage service agent must be allowed to use it. Empty: a key of Google's"
  type        = string
  default     = ""
}

variable "log_bucket" {
  description = "Bucket that receives the usage log. Empty: audit logs only"
  type        = string
  default     = ""
}

variable "versioning" {
  description = "Whether overwritten and deleted objects stay recoverable"
  type        = bool
  default     = true
}

variable "expire_days" {
  description = "Days after which objects are deleted. 0: never"
  type        = number
  default     = 0
}

variable "noncurrent_days" {
  description = "Days for which old versions of an object are kept"
  type        = number
  default     = 30
}

variable "deletion_protection" {
  description = "Whether a bucket that holds objects refuses to be destroyed"
  type        = bool
  default     = true
}
