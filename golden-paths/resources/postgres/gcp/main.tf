locals {
  kms_key = var.kms_key != "" ? var.kms_key : null
  labels  = { for key, value in var.tags : replace(lower(key), "/[^a-z0-9_-]/", "_") => replace(lower(value), "/[^a-z0-9_-]/", "_") }
}

# ---- credentials: generated, stored, then read back, so that an apply that
# breaks off in between can never leave the store and the database apart.
# Neither the state nor the plan ever holds them. ----

resource "google_secret_manager_secret" "credentials" {
  project   = var.project
  secret_id = "${var.secret_path}-credentials"
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region

        dynamic "customer_managed_encryption" {
          for_each = local.kms_key[*]

          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }
}

resource "google_secret_manager_secret_version" "credentials" {
  secret                 = google_secret_manager_secret.credentials.id
  secret_data_wo_version = var.password_version

  # uuid() is 128 bits from the system's generator, anew at each apply; a
  # write-only argument takes it once and a plan never compares it.
  secret_data_wo = jsonencode({
    username = var.username
    password = replace("${uuid()}${uuid()}", "-", "")
  })
}

ephemeral "google_secret_manager_secret_version" "credentials" {
  project = var.project
  secret  = google_secret_manager_secret.credentials.secret_id
  version = google_secret_manager_secret_version.credentials.version
}

# ---- database ----

resource "google_sql_database_instance" "this" {
  project             = var.project
  name                = var.name
  region              = var.region
  database_version    = "POSTGRES_${var.engine_version}"
  encryption_key_name = local.kms_key
  deletion_protection = var.deletion_protection

  settings {
    edition                     = "ENTERPRISE"
    tier                        = var.tier
    availability_type           = var.multi_zone ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.storage_gib
    disk_autoresize             = true
    disk_autoresize_limit       = var.storage_gib * 2
    deletion_protection_enabled = var.deletion_protection
    user_labels                 = local.labels

    ip_configuration {
      ipv4_enabled    = false
      private_network = var.network
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = var.backup_retention_days > 0
      point_in_time_recovery_enabled = var.backup_retention_days > 0
      start_time                     = "02:00"
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = max(var.backup_retention_days, 1)
        retention_unit   = "COUNT"
      }
    }

    maintenance_window {
      day          = 7
      hour         = 4
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
    }

    # An authorised client may log in by its Google identity instead of the password.
    database_flags {
      name  = "cloudsql.iam_authentication"
      value = "on"
    }

    database_flags {
      name  = "cloudsql.enable_pgaudit"
      value = "on"
    }

    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }

    database_flags {
      name  = "log_connections"
      value = "on"
    }

    database_flags {
      name  = "log_disconnections"
      value = "on"
    }

    database_flags {
      name  = "log_duration"
      value = "on"
    }

    database_flags {
      name  = "log_hostname"
      value = "on"
    }

    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }

    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }

    database_flags {
      name  = "log_min_messages"
      value = "error"
    }

    # Schema changes only: the text of other statements may hold personal data.
    database_flags {
      name  = "log_statement"
      value = "ddl"
    }

    database_flags {
      name  = "log_temp_files"
      value = "0"
    }
  }

  timeouts {
    create = "60m"
    update = "60m"
    delete = "60m"
  }
}

resource "google_sql_database" "this" {
  project         = var.project
  name            = var.database
  instance        = google_sql_database_instance.this.name
  deletion_policy = "ABANDON"
}

# A role that owns objects cannot be dropped; it goes with the instance.
resource "google_sql_user" "this" {
  project             = var.project
  name                = var.username
  instance            = google_sql_database_instance.this.name
  password_wo         = jsondecode(ephemeral.google_secret_manager_secret_version.credentials.secret_data).password
  password_wo_version = var.password_version
  deletion_policy     = "ABANDON"
}

# ---- what the workload needs and is known only now ----

resource "google_secret_manager_secret" "endpoint" {
  project   = var.project
  secret_id = var.secret_path
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region

        dynamic "customer_managed_encryption" {
          for_each = local.kms_key[*]

          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }
}

# Nothing here is secret: as an ordinary value it follows the host by itself.
resource "google_secret_manager_secret_version" "endpoint" {
  secret = google_secret_manager_secret.endpoint.id
  secret_data = jsonencode({
    host     = google_sql_database_instance.this.private_ip_address
    port     = "5432"
    database = google_sql_database.this.name
  })
}
