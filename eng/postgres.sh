#!/usr/bin/env bash
# A PostgreSQL 17 with pgvector for development and tests: on a free loopback port, empty at each start, gone at stop.
# From Docker where an engine runs; else from the installed server of that version; else from Debian's packages in a private folder.
# Its durability is off (fsync and more): not for tests of crashes of the database itself.
#
# usage: eng/postgres.sh start|stop|url [NAME]     start and url print the address; NAME keeps several apart (default: dev)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
command=${1:-}
name=${2:-dev}
record=$root/artifacts/postgres/$name.server     # three lines: kind, place (container or folder), address
image=pgvector/pgvector:pg17
settings=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off -c max_connections=200)
unset PGDATA PGHOST PGPORT PGUSER PGDATABASE PGOPTIONS
export LC_ALL=C TZ=GMT

die() { echo "$1" >&2; exit 1; }
note() { echo "$1" >&2; }

# Postgres refuses to run as root: root lends it another existing user.
as_server() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  as_server() { setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups "$@"; }
fi

write_record() {
  mkdir -p "$(dirname "$record")"
  printf '%s\n' "$1" "$2" "$3" >"$record"
}

start_docker() {
  local container port i
  container=$(docker run --detach --rm --shm-size 512m --publish 127.0.0.1::5432 --env POSTGRES_HOST_AUTH_METHOD=trust "$image" \
    "${settings[@]}") || return 1
  write_record docker "$container" ""
  port=$(docker port "$container" 5432/tcp | sed -n '1s/.*://p')
  for ((i = 0; i < 120; i++)); do
    # Over TCP: while the image prepares its data, the server listens on its socket only.
    if docker exec "$container" pg_isready --quiet --host 127.0.0.1 --username postgres; then
      write_record docker "$container" "postgresql://postgres@127.0.0.1:$port/postgres"
      return 0
    fi
    sleep 0.5
  done
  docker logs --tail 20 "$container" >&2 || true
  stop
  return 1
}

# Programs and data must lie where the server's user can reach them; a clone below /root isn't such a place.
temporary_folder() {
  local base=${TMPDIR:-/tmp}
  as_server test -x "$base" || base=/tmp
  echo "${base%/}"
}

folder_for_programs() {
  local temporary
  if as_server test -x "$root/artifacts"; then
    echo "$root/artifacts/postgres/server"
    return
  fi
  temporary=$(temporary_folder)/embsync-postgres-17-$(id -u)
  if [ -e "$temporary" ] && ! [ -O "$temporary" ]; then die "$temporary belongs to somebody else: remove it, or set TMPDIR."; fi
  echo "$temporary"
}

programs() {
  local installed=/usr/lib/postgresql/17/bin folder
  if [ -x "$installed/postgres" ] && [ -e /usr/share/postgresql/17/extension/vector.control ]; then
    echo "$installed"
    return
  fi
  mkdir -p "$root/artifacts"
  folder=$(folder_for_programs) || return 1
  "$root/eng/postgres-packages.sh" "$folder" || return 1
  echo "$folder/bin"
}

start_programs() {
  local bin place port i
  bin=$(programs) || return 1
  place=$(mktemp -d "$(temporary_folder)/embsync-postgres.XXXXXX") || return 1
  write_record "$bin" "$place" ""
  if [ "$(id -u)" = 0 ]; then chown "$user" "$place"; fi
  cd "$place"
  as_server "$bin/initdb" -D "$place/data" -A trust -U postgres --no-sync -E UTF8 --locale=C --locale-provider=builtin \
    --builtin-locale=C.UTF-8 >"$place.initdb" 2>&1 || { cat "$place.initdb" >&2; rm -f "$place.initdb"; stop; return 1; }
  rm -f "$place.initdb"
  for ((i = 0; i < 5; i++)); do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))   # below the range that outgoing connections take theirs from
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
    if as_server "$bin/pg_ctl" -D "$place/data" -w -s -l "$place/data/log" \
      -o "-p $port -k '' -c listen_addresses=127.0.0.1 ${settings[*]}" start >&2 </dev/null; then
      write_record "$bin" "$place" "postgresql://postgres@127.0.0.1:$port/postgres"
      return 0
    fi
  done
  tail -n 20 "$place/data/log" >&2 || true
  stop
  return 1
}

start() {
  if [ -e "$record" ]; then
    if (url) >/dev/null 2>&1; then url; return; fi   # a shell of its own: url ends the one it is in
    stop
  fi
  if command -v docker >/dev/null && timeout 30 docker info >/dev/null 2>&1; then
    note "Starting PostgreSQL 17 with pgvector in Docker"
    start_docker && { url; return; }
    note "Docker runs, but no server came up from $image; trying without Docker"
  fi
  start_programs || die "No PostgreSQL 17 with pgvector: start Docker, or install both, or set EMBSYNC_TEST_POSTGRES to a superuser's address."
  url
}

stop() {
  local kind place address
  [ -e "$record" ] || return 0
  { read -r kind; read -r place; read -r address; } <"$record"
  if [ "$kind" = docker ]; then
    docker rm --force "$place" >/dev/null
  else
    if [ -e "$place/data/postmaster.pid" ]; then
      as_server "$kind/pg_ctl" -D "$place/data" -s -m fast -t 20 stop || as_server "$kind/pg_ctl" -D "$place/data" -s -m immediate stop || true
    fi
    rm -rf "$place"
  fi
  rm -f "$record"
}

url() {
  local kind place address port
  [ -e "$record" ] || die "No server runs: eng/postgres.sh start"
  { read -r kind; read -r place; read -r address; } <"$record"
  port=${address##*:}
  port=${port%%/*}
  { [ -n "$address" ] && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; } || die "The server at '$address' is gone: eng/postgres.sh start"
  echo "$address"
}

case $command in
  start | stop | url) "$command" ;;
  *) die "usage: eng/postgres.sh start|stop|url [NAME]" ;;
esac
