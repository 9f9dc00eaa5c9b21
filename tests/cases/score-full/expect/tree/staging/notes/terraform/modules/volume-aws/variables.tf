variable "name" {
  description = "Name of the snapshot policy and prefix of its role"
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9-]{0,53}$", var.name))
    error_message = "Letters, digits and hyphens; at most 54 characters leave room for the suffix of the role."
  }
}

variable "tags" {
  description = "Tags of every object and of each snapshot"
  type        = map(string)
}

variable "account" {
  description = "AWS account id, named in the trust of the role"
  type        = string
}

variable "region" {
  description = "AWS region, named in the permissions of the role"
  type        = string
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of every role; empty for none"
  type        = string
  default     = ""
}

variable "claim" {
  description = "Name of the PersistentVolumeClaim. The EBS driver tags each volume with it, so the name must be unique in the account"
  type        = string
}

variable "retention_days" {
  description = "Days that a snapshot is kept; 0 takes none"
  type        = number
  default     = 14

  validation {
    condition     = var.retention_days >= 0 && var.retention_days <= 3650
    error_message = "Snapshots are kept for 0 to 3650 days."
  }
}
