variable "name" {
  description = "Identifier of the instance and prefix of everything around it"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,47}$", var.name)) && !can(regex("--|-$", var.name))
    error_message = "RDS takes lower-case letters, digits and single hyphens, begins with a letter and does not end with a hyphen; at most 48 characters leave room for suffixes."
  }
}

variable "tags" {
  description = "Tags of every object"
  type        = map(string)
}

variable "account" {
  description = "AWS account id, named in the policy of the key"
  type        = string
}

variable "region" {
  description = "AWS region, named in the policy of the key"
  type        = string
}

variable "vpc_id" {
  description = "VPC of the environment"
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, in at least two availability zones"
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "RDS needs subnets in at least two availability zones."
  }
}

variable "client_security_group_id" {
  description = "Security group of the cluster's pods: the only one that is let in"
  type        = string
}

variable "kms_key_arn" {
  description = "KMS key of the environment, whose policy must let CloudWatch Logs of the region use it; empty makes a key for this database alone"
  type        = string
  default     = ""
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of every role; empty for none"
  type        = string
  default     = ""
}

variable "alarm_topic_arn" {
  description = "SNS topic that hears of failures, failovers and low storage; empty for none"
  type        = string
  default     = ""
}

variable "secret_path" {
  description = "Path in Secrets Manager: the endpoint is written there, user name and password to <path>/credentials"
  type        = string
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

variable "instance_class" {
  description = "Instance class"
  type        = string
}

variable "storage_gib" {
  description = "Storage in GiB; it grows by itself up to twice as much"
  type        = number

  validation {
    condition     = var.storage_gib >= 20 && var.storage_gib <= 32768
    error_message = "gp3 storage begins at 20 GiB; growth to twice as much must stay under 65536 GiB."
  }
}

variable "database" {
  description = "Name of the first database"
  type        = string
}

variable "username" {
  description = "Name of the owner of the database"
  type        = string
}

variable "multi_az" {
  description = "Keep a synchronous standby in another availability zone"
  type        = bool
  default     = true
}

variable "backup_retention_days" {
  description = "Days that backups allow a restore to any second"
  type        = number
  default     = 14

  validation {
    condition     = var.backup_retention_days >= 0 && var.backup_retention_days <= 35
    error_message = "RDS keeps automated backups for 0 to 35 days."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete; also keeps deleted credentials and backups recoverable"
  type        = bool
  default     = true
}

variable "final_snapshot" {
  description = "Take a snapshot before the instance is deleted"
  type        = bool
  default     = true
}
