#!/usr/bin/env bash
# Builds everything and runs tests against a real PostgreSQL 17 with pgvector; the last line is the sum of all: N passed, N failed.
# The database: EMBSYNC_TEST_POSTGRES where it is set (a superuser's address), else one of its own (eng/postgres.sh), stopped at the end.
# usage: ./test.sh [quick|slow|recipes|gate|all] [arguments of dotnet test, such as --filter FullyQualifiedName~Chunker]
#   quick     what a change is tried with; without a suite and without a filter it is this one
#   slow      kills at every point, whole builds with the package, long walks through the program
#   recipes   the recipes of ci-examples, played as the services play them
#   gate      quick and recipes: what every change has to pass
#   all       one after the other; a filter without a suite looks for its tests in all of them
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec </dev/null
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 MSBUILDTERMINALLOGGER=off
# No test may reach a paid service or another repository through what the caller happens to have set.
unset OPENAI_API_KEY OPENAI_BASE_URL DATABASE_URL GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
configuration=Release
framework=net10.0
# No test takes a tenth of it on an idle machine. One that hangs is named, and its assembly counts as failed.
hang=5m
results=artifacts/test-results
database=test-$$
log=$(mktemp "${TMPDIR:-/tmp}/embsync-test-log.XXXXXX")
children=() tail=

suite='' filter='' arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    quick | slow | recipes | gate | all) suite=$1 ;;
    --filter) filter=${2:-}; shift ;;
    --filter=*) filter=${1#*=} ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
case $suite:$filter in
  :) suites=(quick) ;;
  :*) suites=(any) ;;
  gate:*) suites=(quick recipes) ;;
  all:*) suites=(quick slow recipes) ;;
  *) suites=("$suite") ;;
esac

# A test is in a suite by [Trait("suite", "...")] on its class or on itself; without one it is quick.
tests_of() {
  case $1 in
    any) echo "$filter" ;;
    quick) echo "suite!=slow&suite!=recipes${filter:+&($filter)}" ;;
    *) echo "suite=$1${filter:+&($filter)}" ;;
  esac
}

finish() {
  local child
  for child in "${children[@]}"; do kill -TERM -- "-$child" 2>/dev/null || true; done
  if [ -n "$tail" ]; then kill "$tail" 2>/dev/null || true; fi
  wait || true
  eng/postgres.sh stop "$database" || true
  rm -f "$log" "$log".*
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

give_up() {
  echo "$1" >&2
  echo "0 passed, 1 failed"
  exit 1
}

# In process groups of their own, so that an interrupt ends the test hosts too; through a file, so that no process left behind by a
# test can hold this script's output open.
start() {
  setsid "$@" >>"$log" 2>&1 &
  children+=($!)
}

# Waits for all that was started, and shows meanwhile what it writes.
finished() {
  local child status=0
  tail -n +1 -f "$log" &
  tail=$!
  for child in "${children[@]}"; do wait "$child" || status=$?; done
  children=()
  sleep 1.2   # tail looks once a second
  kill "$tail" 2>/dev/null || true
  wait "$tail" 2>/dev/null || true
  tail=
  return "$status"
}

for need in dotnet git; do
  command -v "$need" >/dev/null || give_up "$need is not on the PATH: install it and run ./test.sh again."
done
if [ -z "${EMBSYNC_TEST_POSTGRES:-}" ]; then
  setsid eng/postgres.sh start "$database" >"$log.address" 2>"$log.server" &
  starting=$!
fi

echo "== Build"
eng/restore.sh Tool.sln || give_up "The packages could not be restored (above)."
: >"$log"
start dotnet build Tool.sln -c "$configuration" --no-restore --nologo -clp:NoSummary
finished || give_up "The build failed (above)."

if [ -n "${EMBSYNC_TEST_POSTGRES:-}" ]; then
  echo "== Database: the one that EMBSYNC_TEST_POSTGRES names"
else
  echo "== Database"
  wait "$starting" || { cat "$log.server" >&2; give_up "No database, no tests: they run against a real PostgreSQL."; }
  cat "$log.server" >&2
  EMBSYNC_TEST_POSTGRES=$(cat "$log.address")
  export EMBSYNC_TEST_POSTGRES
fi

# Each project closes with a line such as
#   Passed!  - Failed:     0, Passed:    12, Skipped:     0, Total:    12, Duration: 1 s - EmbSync.Core.Tests.dll (net10.0)
# and one that has none broke down, unless the filter left it nothing to do. A skipped test is none: it counts as failed.
passed=0 failed=0 ran=0
for suite in "${suites[@]}"; do
  if [ "$suite" = any ]; then echo "== Tests"; else echo "== Tests: $suite"; fi
  started=$SECONDS status=0 wrong=$failed
  : >"$log"
  for project in tests/*.Tests; do
    name=$(basename "$project")
    start dotnet test "$project/bin/$configuration/$framework/EmbSync.$name.dll" --nologo --filter "$(tests_of "$suite")" \
      --blame-hang-timeout "$hang" --blame-hang-dump-type none --results-directory "$results/$name" "${arguments[@]}"
  done
  finished || status=$?
  for project in tests/*.Tests; do
    assembly=EmbSync.$(basename "$project").dll
    line=$(grep -aE "^ *(Passed|Failed|Skipped)! +- Failed: .* - ${assembly//./\\.} " "$log" | tail -n 1) || true
    if [ -n "$line" ]; then
      read -r f p s < <(sed -E 's/.*Failed: *([0-9]+), Passed: *([0-9]+), Skipped: *([0-9]+).*/\1 \2 \3/' <<<"$line")
      passed=$((passed + p)) failed=$((failed + f + s)) ran=$((ran + 1))
      if [ "$s" != 0 ]; then echo "$assembly skipped $s tests: a skipped test counts as failed." >&2; fi
    elif [ "$suite$filter" = quick ] || ! grep -qaE "^No test matches the given testcase filter .*${assembly//./\\.}" "$log"; then
      echo "$assembly gave no result: it counts as failed." >&2
      failed=$((failed + 1))
    fi
  done
  if [ "$status" != 0 ] && [ "$failed" = "$wrong" ]; then
    echo "dotnet test ended with $status although no test failed: that counts as one." >&2
    failed=$((failed + 1))
  fi
  echo "== $((SECONDS - started)) s"
done
if [ "$ran" = 0 ] && [ "$failed" = 0 ]; then give_up "No test ran: does the filter match any?"; fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
