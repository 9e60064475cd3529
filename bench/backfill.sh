#!/usr/bin/env bash
# One backfill shared by 1, 2, 4 and 8 processes, at 200 ms of latency on a loopback endpoint; bench/README.md says more.
#
# usage: DATABASE_URL=postgresql://... bench/backfill.sh [ROWS FOR EACH PROCESS]      the database is filled and emptied: use one of its own
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rows=${1:-2000}
work=$(mktemp -d "${TMPDIR:-/tmp}/embsync-bench-XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
dotnet build "$root/bench/Bench/Bench.csproj" -c Release -o "$work/bench" --nologo -v quiet -clp:NoSummary
dotnet build "$root/src/Tool/Tool.csproj" -c Release -o "$work/tool" --nologo -v quiet -clp:NoSummary
dotnet "$work/bench/EmbSync.Bench.dll" serve 0 200 >"$work/endpoint" &
server=$!
until [ -s "$work/endpoint" ]; do sleep 0.2; done
cat >"$work/embsync.yaml" <<END
version: 1
project: bench
store: { backend: postgres, url: env:DATABASE_URL, index: { minRows: 1000000 } }
embeddings: { provider: openai, baseUrl: "$(head -1 "$work/endpoint")", model: text-embedding-3-small, dimension: 384, batch: { size: 20 }, concurrency: 1 }
sources: [{ name: rows, type: table, table: bench_row, text: [title, body], priorityFrom: rank, updatedAt: updated_at }]
END
cd "$work"
for processes in 1 2 4 8; do
  psql -q "$DATABASE_URL" -c 'SET client_min_messages = warning' -c 'DROP SCHEMA IF EXISTS embsync CASCADE' -c 'DROP TABLE IF EXISTS bench_row' \
    -c 'CREATE TABLE bench_row (id int PRIMARY KEY, title text, body text, rank int, updated_at timestamptz)' \
    -c "INSERT INTO bench_row SELECT g, 'Row ' || g, repeat('word ' || g || ' ', 180), 1 + g % 3, now() - g * interval '1 minute' FROM generate_series(1, $rows * $processes) g"
  for ((i = 0; i < processes; i++)); do
    dotnet tool/embsync.dll backfill 1000 5 --limit 100000 --json >"$work/$processes-$i.json" 2>"$work/$processes-$i.log" &
    workers[i]=$!
  done
  wait "${workers[@]}"
  psql -qAt -F ' ' "$DATABASE_URL" -c "SELECT '$processes processes: ' || count(DISTINCT id) || ' receipts, ' || round(extract(epoch FROM max(completed_at) - min(started_at)), 1) || ' s, '
    || (SELECT count(*) FROM embsync.vec_1) || ' vectors, ' || sum((details ->> 'requests')::int) || ' requests, ' || sum((details -> 'chunks' ->> 'embedded')::int) || ' bought' FROM embsync.run WHERE command = 'backfill'"
done
