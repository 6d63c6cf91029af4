#!/bin/sh
# Makes each secret of docker-compose.yml that is not there yet, as a file in deploy/secrets. May be run again: what is
# there stays. To put in one of your own, write the file yourself. To renew one, remove its file and run this, then
# `docker compose up --detach`; the database's owner keeps its old password until you change it there as well.
#
# The folder is for its owner alone. The files are readable in themselves, because each container runs as a user of its
# own and sees the files that it is given and not the folder.
set -eu
folder=$(cd "$(dirname "$0")" && pwd)/secrets
mkdir -p "$folder"
chmod 0700 "$folder"
for name in database_password database_owner_password redis_password s3_secret_access_key \
  s3_purge_secret_access_key s3_read_secret_access_key s3_log_secret_access_key store_root_secret smtp_password; do
  file=$folder/$name
  if [ -s "$file" ]; then continue; fi
  # Letters and digits only: what passes through shells and addresses needs no quotes then.
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$file.new"
  chmod 0444 "$file.new"
  mv "$file.new" "$file"
  echo "Made $name."
done
