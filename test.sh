#!/usr/bin/env bash
# Builds everything and runs all tests against a real PostgreSQL 17 with pgvector; ends with one line: N passed, N failed.
# The database: EMBSYNC_TEST_POSTGRES where it is set (a superuser's address), else one of its own (eng/postgres.sh), stopped at the end.
# usage: ./test.sh [arguments of dotnet test, such as --filter FullyQualifiedName~Chunker]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec </dev/null
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 MSBUILDTERMINALLOGGER=off
# No test may reach a paid service or another repository through what the caller happens to have set.
unset OPENAI_API_KEY OPENAI_BASE_URL DATABASE_URL GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
configuration=Release
database=test-$$
log=$(mktemp "${TMPDIR:-/tmp}/embsync-test-log.XXXXXX")
child=

finish() {
  if [ -n "$child" ] && kill -0 "$child" 2>/dev/null; then
    kill -TERM -- "-$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  eng/postgres.sh stop "$database" || true
  rm -f "$log"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

give_up() {
  echo "$1" >&2
  echo "0 passed, 1 failed"
  exit 1
}

# In a process group of its own, so that an interrupt ends the test hosts too; through a file, so that no process left behind by a
# test can hold this script's output open.
run() {
  : >"$log"
  setsid "$@" >"$log" 2>&1 &
  child=$!
  tail -n +1 -f --pid="$child" "$log" &
  local tail=$! status=0
  wait "$child" || status=$?
  child=
  wait "$tail" || true
  return "$status"
}

for need in dotnet git; do
  command -v "$need" >/dev/null || give_up "$need is not on the PATH: install it and run ./test.sh again."
done
if [ -n "${EMBSYNC_TEST_POSTGRES:-}" ]; then
  echo "== Database: the one that EMBSYNC_TEST_POSTGRES names"
else
  echo "== Database"
  EMBSYNC_TEST_POSTGRES=$(eng/postgres.sh start "$database") || give_up "No database, no tests: they run against a real PostgreSQL."
  export EMBSYNC_TEST_POSTGRES
fi

echo "== Build"
run dotnet build Tool.sln -c "$configuration" --nologo -clp:NoSummary || give_up "The build failed (above)."

echo "== Tests"
status=0
run dotnet test Tool.sln -c "$configuration" --no-build --nologo "$@" || status=$?

# Each project closes with a line such as
#   Passed!  - Failed:     0, Passed:    12, Skipped:     0, Total:    12, Duration: 1 s - EmbSync.Core.Tests.dll (net10.0)
# and one that has none broke down, unless the caller's filter left it nothing to do. A skipped test is none: it counts as failed.
passed=0 failed=0 ran=0
for project in tests/*.Tests; do
  assembly=EmbSync.$(basename "$project").dll
  line=$(grep -aE "^ *(Passed|Failed|Skipped)! +- Failed: .* - ${assembly//./\\.} " "$log" | tail -n 1) || true
  if [ -n "$line" ]; then
    read -r f p s < <(sed -E 's/.*Failed: *([0-9]+), Passed: *([0-9]+), Skipped: *([0-9]+).*/\1 \2 \3/' <<<"$line")
    passed=$((passed + p)) failed=$((failed + f + s)) ran=$((ran + 1))
    if [ "$s" != 0 ]; then echo "$assembly skipped $s tests: a skipped test counts as failed." >&2; fi
  elif [ $# = 0 ] || ! grep -qaE "^No test matches the given testcase filter .*${assembly//./\\.}" "$log"; then
    echo "$assembly gave no result: it counts as failed." >&2
    failed=$((failed + 1))
  fi
done
if [ "$ran" = 0 ] && [ "$failed" = 0 ]; then give_up "No test ran: does the filter match any?"; fi
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
  echo "dotnet test ended with $status although no test failed: that counts as one." >&2
  failed=1
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
