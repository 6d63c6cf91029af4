#!/bin/sh
# Makes the store's folders, owned by the store's user, and has the file system write through whatever lands in them.
# versitygw never calls fsync: without this a power cut took every object of the last half minute, locks included.
# Source: reference/object-store.md 3 and 4, rule 5. May be run again.
set -eu

DATA=/data
OWNER=10001:10001

for folder in objects versions iam; do
  mkdir -p "$DATA/$folder"
  chown "$OWNER" "$DATA/$folder"
  chmod 700 "$DATA/$folder"
done

if [ "${STORE_MOUNTED_SYNC:-no}" = yes ]; then
  # Somebody says that the volume is mounted with -o sync; believed only when the kernel says so too.
  awk -v at="$DATA" '$2 == at && $4 ~ /(^|,)sync(,|$)/ { found = 1 } END { exit !found }' /proc/self/mounts && exit 0
  echo "STORE_MOUNTED_SYNC is yes, but the kernel's options for $DATA do not say sync. Nothing was started." >&2
  exit 1
fi

# S: file data is written at once; D: folder entries too. Inherited by what is made inside.
for folder in objects versions iam; do
  if chattr +SD "$DATA/$folder" 2>/dev/null; then
    case "$(lsattr -d "$DATA/$folder" | cut -d ' ' -f 1)" in
      *S*D*) continue ;;
    esac
  fi
  echo "The file system under the volume \"store\" does not take chattr +SD (ext4 does), so a power cut would lose" \
    "sealed records. Put the volume on ext4, or mount it with -o sync and set STORE_MOUNTED_SYNC=yes." >&2
  exit 1
done
echo "The store's folders are made and write through."
