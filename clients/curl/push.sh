#!/bin/sh
# Pushes a file to Trace Hub and prints what became of it. Needs curl; jq, where it is there, shows the rejected records.
# usage: HUB_URL=… HUB_KEY=… push.sh SYSTEM RECORD FILE CONTENT-TYPE
set -eu
[ $# -eq 4 ] || { echo "usage: push.sh SYSTEM RECORD FILE CONTENT-TYPE" >&2; exit 64; }
system=$1 record=$2 file=$3 type=$4
{ [ -f "$file" ] && [ -r "$file" ]; } || { echo "cannot read $file" >&2; exit 1; }
answer=$(mktemp) headers=$(mktemp)
trap 'rm -f "$answer" "$headers"' EXIT

# The same file has the same key: sent twice, it is stored once.
key=$( (sha256sum "$file" 2>/dev/null || shasum -a 256 "$file") | cut -d ' ' -f 1)

ask() { # prints the status, 000 where nobody answered
  curl -sS --max-time 60 -o "$answer" -D "$headers" -w '%{http_code}' -H "Authorization: Bearer $HUB_KEY" "$@" || true
}

persist() { # sets status; tried again while the hub is busy or cannot be reached
  pause=1 tries=8
  while :; do
    : >"$headers"
    status=$(ask "$@")
    case $status in
      000 | 429 | 503) ;;
      *) return ;;
    esac
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { echo "gave up: $status" >&2; exit 1; }
    after=$(tr -d '\r' <"$headers" | sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9][0-9]*\)$/\1/p' | tail -n 1)
    sleep "${after:-$pause}"
    pause=$((pause * 2))
  done
}

persist -X POST "$HUB_URL/v1/systems/$system/records/$record" -H "Content-Type: $type" \
  -H "Idempotency-Key: $key" --data-binary "@$file"

# A large file is worked on after the answer: ask for its receipt until it is done.
while [ "$status" = 202 ]; do
  location=$(tr -d '\r' <"$headers" | sed -n 's/^[Ll]ocation: *//p' | tail -n 1)
  while :; do
    sleep 1
    persist "$HUB_URL$location"
    grep -Eq '"state": *"(waiting|running)"' "$answer" || break
  done
done

if [ "$status" != 200 ]; then
  echo "refused with $status:" >&2
  cat "$answer" >&2
  exit 1
fi
if command -v jq >/dev/null; then
  jq -r '"receipt \(.receipt): \(.received) received, \(.accepted) accepted, \(.unchanged) unchanged, \(.rejected) rejected",
    (.results[] | select(.result == "rejected") | .issues[0] | "  \(.code) \(.path): \(.reason). \(.fix // "")")' "$answer"
else
  sed 's/"results".*//' "$answer"; echo
fi
grep -q '"rejected": *0[,}]' "$answer" || exit 2
