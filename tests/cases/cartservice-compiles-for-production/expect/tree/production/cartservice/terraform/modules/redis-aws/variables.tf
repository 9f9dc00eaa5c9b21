variable "name" {
  description = "Identifier of the replication group and prefix of everything around it"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name)) && !can(regex("--|-$", var.name))
    error_message = "ElastiCache takes up to 40 lower-case letters, digits and single hyphens, begins with a letter and does not end with a hyphen."
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
    error_message = "A replica needs a second availability zone, so at least two subnets."
  }
}

variable "client_security_group_id" {
  description = "Security group of the cluster's pods: the only one that is let in"
  type        = string
}

variable "kms_key_arn" {
  description = "KMS key of the environment, whose policy must let CloudWatch Logs of the region use it; empty makes a key for this store alone"
  type        = string
  default     = ""
}

variable "alarm_topic_arn" {
  description = "SNS topic that hears of failures and failovers; empty for none"
  type        = string
  default     = ""
}

variable "secret_path" {
  description = "Path in Secrets Manager: the endpoint is written there, the password to <path>/credentials"
  type        = string
}

variable "password_version" {
  description = "Raise by one to generate a new password"
  type        = number
  default     = 1
}

variable "engine_version" {
  description = "Valkey version, such as 8.0; patch versions follow by themselves"
  type        = string
}

variable "node_type" {
  description = "Node type"
  type        = string
}

variable "eviction" {
  description = "What goes when memory is full (maxmemory-policy)"
  type        = string
}

variable "multi_az" {
  description = "Keep a replica in another availability zone and fail over to it"
  type        = bool
  default     = true
}

variable "backup_retention_days" {
  description = "Days that the daily snapshots are kept"
  type        = number
  default     = 14

  validation {
    condition     = var.backup_retention_days >= 0 && var.backup_retention_days <= 35
    error_message = "ElastiCache keeps automatic snapshots for 0 to 35 days."
  }
}

variable "deletion_protection" {
  description = "Keep deleted credentials recoverable; ElastiCache itself has no protection against deletion"
  type        = bool
  default     = true
}

variable "final_snapshot" {
  description = "Take a snapshot before the store is deleted"
  type        = bool
  default     = true
}
