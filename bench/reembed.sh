#!/usr/bin/env bash
# A change of model on PostgreSQL: dry run, reembed and index of many rows, then switches under searches; bench/README.md says more.
#
# usage: DATABASE_URL=postgresql://... bench/reembed.sh [ROWS]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rows=${1:-100000}
work=$(mktemp -d "${TMPDIR:-/tmp}/embsync-bench-XXXXXX")
schema=bench_$$
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
dotnet build "$root/bench/Bench/Bench.csproj" -c Release -o "$work/bench" --nologo -v quiet -clp:NoSummary
dotnet build "$root/src/Tool/Tool.csproj" -c Release -o "$work/tool" --nologo -v quiet -clp:NoSummary
dotnet "$work/bench/EmbSync.Bench.dll" serve 0 >"$work/endpoint" &
server=$!
until [ -s "$work/endpoint" ]; do sleep 0.2; done
endpoint=$(head -1 "$work/endpoint")
dotnet "$work/bench/EmbSync.Bench.dll" fill "$DATABASE_URL" "$schema" "$rows" 384
dotnet "$work/bench/EmbSync.Bench.dll" fill "$DATABASE_URL" "${schema}_small" "$((rows / 5))" 384
cat >"$work/embsync.yaml" <<END
version: 1
project: bench
store: { backend: postgres, url: env:DATABASE_URL, schema: $schema }
embeddings: { provider: openai, baseUrl: "$endpoint", model: text-embedding-3-small, dimension: 384 }
sources: [{ name: rows, type: markdown, include: ["none/**/*.md"] }]
END
cd "$work"
/usr/bin/time -f "dry run: %e s, %M KB" dotnet tool/embsync.dll reembed --dry-run --dimension 1536
/usr/bin/time -f "reembed: %e s, %M KB" dotnet tool/embsync.dll reembed --dimension 1536
dotnet bench/EmbSync.Bench.dll switches "$DATABASE_URL" "${schema}_small" "$endpoint" 256,512,384,768,1536
