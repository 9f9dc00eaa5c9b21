locals {
  member = "serviceAccount:${google_service_account.this.email}"

  # Each grant lies on its own resource, so that no role reaches the whole project unasked.
  grants = {
    for grant in distinct(var.grants) : "${grant.role} ${grant.resource}" => {
      role = grant.role
      kind = reverse(split("/", grant.resource))[1]
      name = reverse(split("/", grant.resource))[0]
    }
  }
}

resource "google_service_account" "this" {
  account_id   = var.name
  project      = var.project
  display_name = "Workload ${var.service_account} in ${var.namespace}"
}

resource "google_service_account_iam_member" "workload" {
  service_account_id = google_service_account.this.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project}.svc.id.goog[${var.namespace}/${var.service_account}]"
}

resource "google_storage_bucket_iam_member" "grants" {
  for_each = { for key, grant in local.grants : key => grant if grant.kind == "buckets" }

  bucket = each.value.name
  role   = each.value.role
  member = local.member
}

resource "google_pubsub_topic_iam_member" "grants" {
  for_each = { for key, grant in local.grants : key => grant if grant.kind == "topics" }

  project = var.project
  topic   = each.value.name
  role    = each.value.role
  member  = local.member
}

resource "google_pubsub_subscription_iam_member" "grants" {
  for_each = { for key, grant in local.grants : key => grant if grant.kind == "subscriptions" }

  project      = var.project
  subscription = each.value.name
  role         = each.value.role
  member       = local.member
}

resource "google_secret_manager_secret_iam_member" "grants" {
  for_each = { for key, grant in local.grants : key => grant if grant.kind == "secrets" }

  project   = var.project
  secret_id = each.value.name
  role      = each.value.role
  member    = local.member
}

resource "google_project_iam_member" "grants" {
  for_each = { for key, grant in local.grants : key => grant if grant.kind == "projects" }

  project = each.value.name
  role    = each.value.role
  member  = local.member
}
