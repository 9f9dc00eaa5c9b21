variable "name" {
  description = "Name of the volume"
  type        = string
}

variable "tags" {
  description = "Labels of the unit"
  type        = map(string)
}

variable "claim" {
  description = "Name of the PersistentVolumeClaim"
  type        = string
}

variable "size" {
  description = "Size of the volume"
  type        = string
}
