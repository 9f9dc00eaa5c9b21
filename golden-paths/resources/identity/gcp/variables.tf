variable "name" {
  description = "Id of the service account"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.name))
    error_message = "A service account id has 6 to 30 lower-case letters, digits and hyphens, and starts with a letter."
  }
}

variable "project" {
  description = "Google Cloud project of the service account"
  type        = string
}

variable "namespace" {
  description = "Kubernetes namespace of the workload"
  type        = string
}

variable "service_account" {
  description = "Kubernetes service account of the workload"
  type        = string
}

variable "grants" {
  description = "What the workload may do. A resource is a bucket, topic, subscription or secret by its path, or a project"
  type = list(object({
    role     = string
    resource = string
  }))
  default = []

  validation {
    condition     = alltrue([for grant in var.grants : can(regex("^(projects/[^/]+|(projects/[^/]+/)?(buckets|topics|subscriptions|secrets)/[^/]+)$", grant.resource))])
    error_message = "A grant's resource is projects/<project>, or (projects/<project>/) buckets/, topics/, subscriptions/ or secrets/<name>."
  }
}
