#!/usr/bin/env bash
# Times embsync against the least that any tool must do (Floor), on generated tasks, PostgreSQL and a loopback endpoint without
# latency. Prints seconds, peak memory and ratios; bench/README.md says what they mean. Needs EMBSYNC_TEST_POSTGRES, or makes a
# server of its own as ./test.sh does.
#
# usage: bench/run.sh [TASKS] [DIMENSION]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
tasks=${1:-10000} dimension=${2:-1536} rounds=${ROUNDS:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/embsync-bench-XXXXXX")
server=
started_postgres=
cleanup() {
  [ -n "$server" ] && kill "$server" 2>/dev/null || true
  [ -n "$started_postgres" ] && "$root/eng/postgres.sh" stop >/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

if [ -z "${EMBSYNC_TEST_POSTGRES:-}" ]; then
  "$root/eng/postgres.sh" start >/dev/null
  started_postgres=1
  EMBSYNC_TEST_POSTGRES=$("$root/eng/postgres.sh" url)
fi
url=$EMBSYNC_TEST_POSTGRES

echo "== build"
publish() { dotnet publish "$root/$1" -c Release -r linux-x64 --self-contained false -o "$work/$2" --nologo -v quiet -p:PublishReadyToRun=true; }
publish src/Tool/Tool.csproj tool
publish bench/Floor/Floor.csproj floor
publish bench/Empty/Empty.csproj empty
dotnet build "$root/bench/Bench/Bench.csproj" -c Release -o "$work/bench" --nologo -v quiet

echo "== $tasks tasks in git, $dimension dimensions"
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
repo=$work/repo
mkdir "$repo"
git -C "$repo" init -q -b main
dotnet "$work/bench/EmbSync.Bench.dll" generate "$repo" "$tasks"
git -C "$repo" add -A && git -C "$repo" commit -qm one
dotnet "$work/bench/EmbSync.Bench.dll" serve 0 >"$work/server.log" &
server=$!
for _ in $(seq 100); do [ -s "$work/server.log" ] && break; sleep 0.1; done
endpoint=$(head -1 "$work/server.log")

database() { psql "$url" -qAtc "DROP DATABASE IF EXISTS embsync_bench_$1 WITH (FORCE)" -c "CREATE DATABASE embsync_bench_$1" 2>/dev/null; }
url_of() { printf '%s' "$url" | sed -E "s#/[^/?]*(\?|\$)#/embsync_bench_$1\1#"; }
keywords_of() { printf '%s' "$url" | sed -E "s#^postgres(ql)?://([^:@]*)(:[^@]*)?@([^:/]*):([0-9]+)/.*#Host=\4;Port=\5;Username=\2;Database=embsync_bench_$1#"; }

# seconds and peak MB of a command: median over the rounds given
timed() {
  local runs=$1; shift
  for _ in $(seq "$runs"); do
    /usr/bin/time -f '%e %M' -o "$work/time" "$@" >"$work/out" 2>"$work/err" || { cat "$work/out" "$work/err" >&2; return 1; }
    cat "$work/time"
  done | sort -n | awk '{ s[NR] = $1; if ($2 > m) m = $2 } END { printf "%s %d\n", s[int((NR + 1) / 2)], m / 1024 }'
}
floor() { local runs=$1; shift; timed "$runs" "$work/floor/floor" "$repo" "$(keywords_of floor)" "${endpoint%v1}" "$dimension" "$@"; }
embsync() {
  local runs=$1 store=$2; shift 2
  (cd "$repo" && DATABASE_URL=$(url_of "$store") OPENAI_BASE_URL=$endpoint OPENAI_API_KEY=bench timed "$runs" "$work/tool/embsync" "$@")
}
row() { awk -v name="$1" -v f="$2" -v e="$3" -v goal="$4" 'BEGIN { split(f, a); split(e, b); printf "%-40s floor %7.2f s  embsync %7.2f s %5d MB  ratio %5.2f  goal %s\n", name, a[1], b[1], b[2], b[1] / a[1], goal }'; }

config() {
  cat >"$repo/embsync.yaml" <<YAML
version: 1
store: { backend: postgres, url: env:DATABASE_URL }
embeddings: { provider: openai, model: text-embedding-3-small, dimension: $dimension }
sources: [{ name: tasks, type: markdown, include: ["tasks/**/*.md"], id: id, metadata: [status, priority, labels], chunk: { maxTokens: $1, minTokens: $2 } }]
YAML
  printf '.embsync/\nembsync.yaml\n' >"$repo/.git/info/exclude"
}

measure() {
  local name=$1 tokens=$2
  config "$tokens" "$3"
  git -C "$repo" reset -q --hard
  database floor; database "$name"
  local f e
  f=$(floor 1); e=$(embsync 1 "$name" sync -q --json)
  row "$name: first sync" "$f" "$e" "2.0, under 250 MB"
  database floor; f=$(floor 1 index)
  row "$name: first sync, floor + index" "$f" "$e" -
  grep -E '"(embedded|requests)"' "$work/out" | tr -d ' \n'; echo
  f=$(floor "$rounds"); e=$(embsync "$rounds" "$name" sync -q --json)
  row "$name: second sync" "$f" "$e" 1.5
  dotnet "$work/bench/EmbSync.Bench.dll" edit "$repo" "$tasks" "$((tasks / 100))" >/dev/null
  git -C "$repo" commit -qam two
  f=$(floor 1 index); e=$(embsync 1 "$name" sync -q --json --since HEAD~1)
  row "$name: --since, floor + index" "$f" "$e" 1.5
  git -C "$repo" reset -q --hard HEAD~1
}
measure one_chunk 4000 2000
measure default_chunks 512 32

echo "== start-up"
e=$(timed 15 "$work/empty/empty"); t=$(timed 15 "$work/tool/embsync" --version)
awk -v f="$e" -v e="$t" 'BEGIN { split(f, a); split(e, b); printf "empty program %.3f s, embsync --version %.3f s, ratio %.2f  goal 2.0\n", a[1], b[1], b[1] / a[1] }'
for d in floor one_chunk default_chunks; do psql "$url" -qAtc "DROP DATABASE IF EXISTS embsync_bench_$d WITH (FORCE)" 2>/dev/null; done
