#!/bin/sh
# Makes the store's accounts: a writer that can delete nothing, a purger that can write nothing, and a reader that can do
# neither, for the process that checks what was sealed. What each may do is written in the bucket's policy by `holdfast prepare-store`. May be run again; it then renews the secrets.
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

for pair in "$S3_ACCESS_KEY_ID $S3_PURGE_ACCESS_KEY_ID" "$S3_ACCESS_KEY_ID $S3_READ_ACCESS_KEY_ID" \
  "$S3_PURGE_ACCESS_KEY_ID $S3_READ_ACCESS_KEY_ID"; do
  [ "${pair% *}" != "${pair#* }" ] || {
    echo "S3_ACCESS_KEY_ID, S3_PURGE_ACCESS_KEY_ID and S3_READ_ACCESS_KEY_ID must be three accounts: whoever writes must not be able to delete, and whoever checks must be able to do neither." >&2
    exit 1
  }
done
account "$S3_ACCESS_KEY_ID" "$(cat "$S3_SECRET_ACCESS_KEY_FILE")"
account "$S3_PURGE_ACCESS_KEY_ID" "$(cat "$S3_PURGE_SECRET_ACCESS_KEY_FILE")"
account "$S3_READ_ACCESS_KEY_ID" "$(cat "$S3_READ_SECRET_ACCESS_KEY_FILE")"
# The log's: nobody else may write there, and it may write nowhere else.
case "$S3_LOG_ACCESS_KEY_ID" in
  "$S3_ACCESS_KEY_ID" | "$S3_PURGE_ACCESS_KEY_ID")
    echo "S3_LOG_ACCESS_KEY_ID must be an account of its own: whoever writes records must not write the log." >&2
    exit 1
    ;;
esac
account "$S3_LOG_ACCESS_KEY_ID" "$(cat "$S3_LOG_SECRET_ACCESS_KEY_FILE")"
