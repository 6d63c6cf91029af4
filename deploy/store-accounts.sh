#!/bin/sh
# Makes the store's two accounts: a writer that can delete nothing, and a purger that can write nothing. What each may
# do is written in the bucket's policy by `holdfast prepare-store`. May be run again; it then renews the secrets.
set -eu

ADMIN_SECRET_KEY=$(cat "$ADMIN_SECRET_KEY_FILE")
export ADMIN_SECRET_KEY

admin() { versitygw admin "$@"; }

account() {
  if admin list-users | awk -v name="$1" '$1 == name { found = 1 } END { exit !found }'; then
    admin update-user --access "$1" --secret "$2"
  else
    admin create-user --access "$1" --secret "$2" --role user
  fi
}

[ "$S3_ACCESS_KEY_ID" != "$S3_PURGE_ACCESS_KEY_ID" ] || {
  echo "S3_ACCESS_KEY_ID and S3_PURGE_ACCESS_KEY_ID must be two accounts: whoever writes must not be able to delete." >&2
  exit 1
}
account "$S3_ACCESS_KEY_ID" "$(cat "$S3_SECRET_ACCESS_KEY_FILE")"
account "$S3_PURGE_ACCESS_KEY_ID" "$(cat "$S3_PURGE_SECRET_ACCESS_KEY_FILE")"
