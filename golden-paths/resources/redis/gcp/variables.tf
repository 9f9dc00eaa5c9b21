variable "name" {
  description = "Name of the instance"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name)) && !endswith(var.name, "-")
    error_message = "Up to 40 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen."
  }
}

variable "tags" {
  description = "Labels of every object; characters that Google Cloud refuses become underscores"
  type        = map(string)
}

variable "project" {
  description = "Project of the environment"
  type        = string
}

variable "region" {
  description = "Region of the environment"
  type        = string
}

variable "network" {
  description = "VPC network (self link) with private services access"
  type        = string
}

variable "kms_key" {
  description = "Cloud KMS key of the environment, which the service agents of Memorystore and Secret Manager may use; empty leaves encryption to Google's own keys"
  type        = string
  default     = ""
}

variable "secret_path" {
  description = "Secret Manager id: the endpoint is written there, the password to <id>-credentials"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,240}$", var.secret_path))
    error_message = "Secret ids are letters, digits, hyphens and underscores; at most 240 characters leave room for the suffix."
  }
}

variable "password_version" {
  description = "Raise by one after Google has generated a new AUTH string, to store that one"
  type        = number
  default     = 1
}

variable "engine_version" {
  description = "Version as Memorystore names it, such as REDIS_7_2"
  type        = string
}

variable "memory_gib" {
  description = "Memory in GiB"
  type        = number
}

variable "eviction" {
  description = "What goes when memory is full (maxmemory-policy)"
  type        = string
}

variable "multi_zone" {
  description = "Keep a replica in another zone and fail over to it"
  type        = bool
  default     = true
}

variable "snapshots" {
  description = "Take a snapshot every twelve hours, from which the instance recovers"
  type        = bool
  default     = true
}
