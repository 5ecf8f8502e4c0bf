#!/usr/bin/env bash
# Starts the server in a container. The order of the steps is that of Heketi's image; manifests rely on it.
set -u

: "${HEKETI_PATH:=/var/lib/heketi}"
: "${HEKETI_CONFIG:=/etc/heketi/heketi.json}"
: "${BACKUPDB_PATH:=/backupdb}"
: "${HEKETI_DB_ARCHIVE_PATH:=${HEKETI_PATH}/archive}"
: "${HEKETI_DB_ARCHIVE_COUNT:=5}"
: "${HEKETI_TRY_UPDATE_DB_VOL:=no}"
: "${HEKETI_TOPOLOGY_FILE:=}"

DB="${HEKETI_PATH}/heketi.db"
LOG="${HEKETI_PATH}/container.log"
MOUNT_TRIES=6
MOUNT_INTERVAL_S=5
LOCK_LIMIT_S=60
START_LIMIT_S=60

say() {
  echo "$*" | tee -a "$LOG" 2>/dev/null
}

fail() {
  say "ERROR: $*"
  exit 1
}

# 1. The data folder can be written to.
mkdir -p "$HEKETI_PATH" 2>/dev/null
if ! touch "${HEKETI_PATH}/.write-test" 2>/dev/null; then
  echo "ERROR: ${HEKETI_PATH} is not writable" >&2
  exit 1
fi
rm -f "${HEKETI_PATH}/.write-test"
say "Setting up heketi database"

# 2. On the database volume the file has to be there; starting empty would forget the whole cluster.
is_database_volume() {
  mount | grep -F " ${HEKETI_PATH} " | grep -q heketidbstorage
}
if [ ! -e "$DB" ] && is_database_volume; then
  for _ in $(seq "$MOUNT_TRIES"); do
    [ -e "$DB" ] && break
    say "${DB} is expected on this volume, waiting for it"
    sleep "$MOUNT_INTERVAL_S"
  done
  [ -e "$DB" ] || fail "${HEKETI_PATH} is the volume heketidbstorage, but ${DB} is not there; not starting with an empty database"
fi

# 3. Nobody else has the database. This makes a file of length zero when there is none; the server takes it as new.
has_lock=no
for _ in $(seq "$LOCK_LIMIT_S"); do
  if (flock --nonblock 9) 9>>"$DB"; then
    has_lock=yes
    break
  fi
  sleep 1
done
[ "$has_lock" = yes ] || fail "${DB} is locked by another process"

# 4. A copy of the database as it was before this start.
archive() {
  local file count
  [ -s "$DB" ] || return 0
  mkdir -p "$HEKETI_DB_ARCHIVE_PATH" || return 1
  file="${HEKETI_DB_ARCHIVE_PATH}/heketi.db-archive-$(date +%Y-%m-%d.%s).gz"
  # The export is thrown away: only a database that can be read is worth keeping.
  heketi db export --dbfile "$DB" --jsonfile - >/dev/null || return 1
  gzip -9 -n -c "$DB" >"$file" || { rm -f "$file"; return 1; }
  # After a crash the newest changes are still in the journal beside the database, and go with it.
  if [ -s "${DB}-wal" ]; then
    gzip -9 -n -c "${DB}-wal" >"${file%.gz}-wal.gz" || { rm -f "$file" "${file%.gz}-wal.gz"; return 1; }
  fi
  cat "$file" "${file%.gz}-wal.gz" 2>/dev/null | sha256sum | awk '{print $1}' >"${file}.sha256"
  local previous
  previous=$(find "$HEKETI_DB_ARCHIVE_PATH" -name 'heketi.db-archive-*[0-9].gz' ! -path "$file" | sort | tail -n 1)
  if [ -n "$previous" ] && cmp -s "${file}.sha256" "${previous}.sha256"; then
    rm -f "$file" "${file}.sha256" "${file%.gz}-wal.gz"
    return 0
  fi
  count=0
  find "$HEKETI_DB_ARCHIVE_PATH" -name 'heketi.db-archive-*[0-9].gz' | sort -r | while read -r old; do
    count=$((count + 1))
    [ "$count" -gt "$HEKETI_DB_ARCHIVE_COUNT" ] && rm -f "$old" "${old}.sha256" "${old%.gz}-wal.gz"
  done
  return 0
}
case "$HEKETI_DB_ARCHIVE_PATH" in
  - | /dev/null) ;;
  *) archive || say "WARNING: the database could not be archived" ;;
esac

# 5. A restored backup wins over what is there, on every start.
if [ -f "${BACKUPDB_PATH}/heketi.db.gz" ]; then
  gunzip -c "${BACKUPDB_PATH}/heketi.db.gz" >"${DB}.restored" || fail "${BACKUPDB_PATH}/heketi.db.gz could not be unpacked"
  # What a journal says belongs to the database that is being replaced.
  rm -f "${DB}-wal" "${DB}-shm" "${DB}-journal"
  mv "${DB}.restored" "$DB" || fail "the backup could not be put in place"
  say "Copied backup db to ${DB}"
fi

# 6. The database volume's own options.
if [ "$HEKETI_TRY_UPDATE_DB_VOL" = yes ] && is_database_volume; then
  heketi offline update-dbvol --config="$HEKETI_CONFIG" || say "WARNING: the options of the database volume could not be updated"
fi

# 7. A first topology.
if [ -n "$HEKETI_TOPOLOGY_FILE" ] && [ ! -s "$DB" ]; then
  heketi --config="$HEKETI_CONFIG" &
  server=$!
  trap 'kill -TERM "$server"' TERM INT
  for _ in $(seq "$START_LIMIT_S"); do
    curl -fsS http://localhost:8080/hello >/dev/null 2>&1 && break
    kill -0 "$server" 2>/dev/null || fail "the server ended"
    sleep 1
  done
  if ! heketi-cli --server=http://localhost:8080 --user=admin --secret="${HEKETI_ADMIN_KEY:-}" \
    topology load --json="$HEKETI_TOPOLOGY_FILE"; then
    kill -TERM "$server"
    wait "$server"
    fail "the topology of ${HEKETI_TOPOLOGY_FILE} could not be loaded"
  fi
  # The first wait is cut short by a signal, the second one sees the server end.
  wait "$server"
  code=$?
  kill -0 "$server" 2>/dev/null && { wait "$server"; code=$?; }
  exit "$code"
fi

# 8. The server takes this process's place, and its signals.
exec heketi --config="$HEKETI_CONFIG"
