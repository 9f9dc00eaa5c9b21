variable "name" {
  description = "Name of the workload's identity"
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
