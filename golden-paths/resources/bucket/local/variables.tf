variable "name" {
  description = "Name of the bucket"
  type        = string
}

variable "endpoint" {
  description = "Address of the S3 server in the cluster"
  type        = string
}

variable "storage" {
  description = "Space for objects"
  type        = string
}

variable "versioning" {
  description = "Whether overwritten and deleted objects stay recoverable"
  type        = bool
}

variable "expire_days" {
  description = "Days after which objects are deleted. 0: never"
  type        = number
}
