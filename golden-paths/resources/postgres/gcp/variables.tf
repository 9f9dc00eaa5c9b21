variable "name" {
  description = "Name of the instance. Cloud SQL does not give a name again for a week after deletion"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,62}$", var.name)) && !endswith(var.name, "-")
    error_message = "Up to 63 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen."
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
  description = "Cloud KMS key of the environment, which the service agents of Cloud SQL and Secret Manager may use; empty leaves encryption to Google's own keys"
  type        = string
  default     = ""
}

variable "secret_path" {
  description = "Secret Manager id: the endpoint is written there, user name and password to <id>-credentials"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,240}$", var.secret_path))
    error_message = "Secret ids are letters, digits, hyphens and underscores; at most 240 characters leave room for the suffix."
  }
}

variable "password_version" {
  description = "Raise by one to generate a new password"
  type        = number
  default     = 1
}

variable "engine_version" {
  description = "PostgreSQL major version; minor versions follow by themselves"
  type        = string
}

variable "tier" {
  description = "Machine type"
  type        = string
}

variable "storage_gib" {
  description = "Storage in GiB; it grows by itself up to twice as much"
  type        = number
}

variable "database" {
  description = "Name of the first database"
  type        = string
}

variable "username" {
  description = "Name of the owner of the database"
  type        = string
}

variable "multi_zone" {
  description = "Keep a synchronous standby in another zone"
  type        = bool
  default     = true
}

variable "backup_retention_days" {
  description = "Number of daily backups kept; 0 takes none"
  type        = number
  default     = 14
}

variable "deletion_protection" {
  description = "Refuse to delete, in Terraform and in Cloud SQL itself"
  type        = bool
  default     = true
}
