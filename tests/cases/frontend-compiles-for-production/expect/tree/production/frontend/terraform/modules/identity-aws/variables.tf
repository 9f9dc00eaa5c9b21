variable "name" {
  description = "Name of the role"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.name))
    error_message = "A role name has 1 to 64 letters, digits and + = , . @ _ -."
  }
}

variable "account" {
  description = "Number of the AWS account that the module is for"
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account))
    error_message = "An account number has 12 digits."
  }
}

variable "region" {
  description = "AWS region of the cluster"
  type        = string
}

variable "tags" {
  description = "Tags of every object this module creates"
  type        = map(string)
  default     = {}
}

variable "cluster" {
  description = "Name of the EKS cluster"
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
  description = "What the workload may do: the grants of all resources that it uses"
  type = list(object({
    actions   = list(string)
    resources = list(string)
    conditions = optional(list(object({
      test     = string
      variable = string
      values   = list(string)
    })), [])
  }))
  default = []
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds every workload role. Empty: none"
  type        = string
  default     = ""
}
