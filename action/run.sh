#!/usr/bin/env bash
# Gets the pavior that action.yml asks for, checks that it is the one, and runs `pavior ci`, with `pavior apply` where that is
# asked for.
# All it is told comes in variables; nothing is downloaded that is not compared with a checksum before it is run.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
folder="$(mktemp -d "${RUNNER_TEMP:-/tmp}/pavior.XXXXXX")"
binary="$folder/pavior"

fail() {
  printf '::error title=pavior::%s\n' "$1"
  exit 2
}

is() { [[ "${1:-false}" == true ]]; }

platform() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64 | Linux-arm64) echo aarch64-unknown-linux-musl ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    *) return 1 ;;
  esac
}

checksum_of() {
  if command -v sha256sum > /dev/null; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi | cut -d ' ' -f 1
}

build() {
  command -v cargo > /dev/null || fail "from-source takes Rust, and there is no cargo"
  # Build scripts of others run here: they get no token.
  env -u GITHUB_TOKEN -u PAVIOR_APP_PRIVATE_KEY CARGO_TARGET_DIR="$folder/target" cargo build --quiet --locked --release \
    --manifest-path "$here/../Cargo.toml" >&2
  mv -- "$folder/target/release/pavior" "$binary"
}

download() {
  [[ "$PAVIOR_VERSION" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "version is no release, such as 0.1.0"
  local name wanted
  name="pavior-$PAVIOR_VERSION-$(platform)" || fail "there is no release for this machine: set from-source"
  wanted="${PAVIOR_SHA256:-}"
  [[ -n "$wanted" ]] || wanted="$(awk -v name="$name" '$2 == name { print $1 }' "$here/checksums.txt")"
  [[ "$wanted" =~ ^[0-9a-f]{64}$ ]] || fail "action/checksums.txt has no checksum of $name: set sha256 or from-source"
  curl --fail --silent --show-error --location --retry 3 --max-time 300 --max-filesize 200000000 \
    --output "$binary" -- "$PAVIOR_DOWNLOAD_URL/v$PAVIOR_VERSION/$name" || fail "$name cannot be downloaded"
  [[ "$(checksum_of "$binary")" == "$wanted" ]] || fail "what was downloaded as $name is something else: its checksum is wrong"
  if is "${PAVIOR_VERIFY_ATTESTATION:-}"; then
    GH_TOKEN="$GITHUB_TOKEN" gh attestation verify "$binary" --repo pavior/pavior >&2 \
      || fail "nothing attests where $name was built"
  fi
  chmod 0755 "$binary"
}

if is "${PAVIOR_FROM_SOURCE:-}"; then build; else download; fi

# An empty value is not a value.
[[ -n "${PAVIOR_APP_ID:-}" ]] || unset PAVIOR_APP_ID PAVIOR_APP_PRIVATE_KEY
export PAVIOR_REPORT="$folder/report.json"
arguments=(ci)
if is "${PAVIOR_DRY_RUN:-}"; then arguments+=(--dry-run); fi

# What may be applied is counted, then applied, then told: also what failed is told.
apply() {
  local mandate="$folder/mandate.json" outcome="$folder/outcome.json" published="$folder/published.json" status=0
  local -a where=() more=() follow=() environments=()
  read -r -a environments <<< "${PAVIOR_ENVIRONMENTS:-}"
  for environment in ${environments[@]+"${environments[@]}"}; do where+=(--environment "$environment"); done
  [[ -z "${PAVIOR_PROMETHEUS:-}" ]] || more+=(--prometheus "$PAVIOR_PROMETHEUS")
  if is "${PAVIOR_ASK_PUBLIC:-}"; then more+=(--ask-public); fi
  [[ -z "${PAVIOR_DEADLINE:-}" ]] || more+=(--deadline "$PAVIOR_DEADLINE")
  [[ -z "${PAVIOR_SOAK:-}" ]] || more+=(--soak "$PAVIOR_SOAK")
  if [[ -n "${PAVIOR_ENGINE_CONTEXT:-}" ]]; then
    follow+=(--follow --context "$PAVIOR_ENGINE_CONTEXT")
    [[ -z "${PAVIOR_DEADLINE:-}" ]] || follow+=(--deadline "$PAVIOR_DEADLINE")
  fi
  "$binary" "${arguments[@]}" --mandate "$mandate" || status=$?
  # Without a mandate nothing is to be applied.
  if [[ ! -f "$mandate" ]] || is "${PAVIOR_DRY_RUN:-}"; then return "$status"; fi
  "$binary" apply --mandate "$mandate" --outcome "$outcome" --revert-on "$GITHUB_REF_NAME" ${where[@]+"${where[@]}"} \
    ${more[@]+"${more[@]}"} || status=$?
  # What Argo CD and Flux deliver, once Terraform has made what it needs.
  "$binary" publish --mandate "$mandate" --outcome "$published" ${where[@]+"${where[@]}"} ${follow[@]+"${follow[@]}"} || status=$?
  "$binary" "${arguments[@]}" --mandate "$mandate" --outcome "$outcome" --outcome "$published" || status=$?
  return "$status"
}

status=0
if is "${PAVIOR_APPLY:-}"; then
  apply || status=$?
  exit "$status"
fi
"$binary" "${arguments[@]}" || status=$?
if [[ -f "$PAVIOR_REPORT" && -n "${GITHUB_OUTPUT:-}" ]]; then
  # A path of our own making: it has no line feed.
  printf 'report=%s\n' "$PAVIOR_REPORT" >> "$GITHUB_OUTPUT"
fi
exit "$status"
