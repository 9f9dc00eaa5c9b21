variable "name" {
  description = "Start of the name of each secret in Secret Manager"
  type        = string
}

variable "project" {
  description = "Google Cloud project of the secrets"
  type        = string
}

variable "region" {
  description = "Region in which values are kept"
  type        = string
}

variable "labels" {
  description = "Labels of every object this module creates"
  type        = map(string)
  default     = {}
}

variable "keys" {
  description = "Names of the secret keys that their owner fills"
  type        = list(string)
}

variable "readers" {
  description = "Who reads values, as IAM members: serviceAccount:name@project.iam.gserviceaccount.com"
  type        = list(string)
}

variable "rotation_days" {
  description = "Days after which the owner has to replace a value. 0: no such duty"
  type        = number
  default     = 0
}

variable "kms_key" {
  description = "Cloud KMS key that encrypts the values; the Secret Manager service agent must be allowed to use it. Empty: a key of Google's"
  type        = string
  default     = ""
}

variable "deletion_protection" {
  description = "Whether a destroyed version stays recoverable for 30 days"
  type        = bool
  default     = true
}
