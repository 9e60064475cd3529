#!/usr/bin/env bash
# Walks the first-parent commits of a git repository that touch Markdown, syncs at each with default settings, and prints the tokens bought
# beside those of tools that embed whole files or bodies. The endpoint is a loopback one: nothing is paid. The repository is only read.
#
# usage: bench/replay.sh [REPOSITORY] [COMMITS]     without a repository: a generated history of tasks (300 commits)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/embsync-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
dotnet build "$root/bench/Bench/Bench.csproj" -c Release -o "$work/bench" --nologo -v quiet -clp:NoSummary
repository=${1:-}
if [ -z "$repository" ]; then
  repository=$work/tasks
  dotnet "$work/bench/EmbSync.Bench.dll" history "$repository" 300 >/dev/null
fi
dotnet "$work/bench/EmbSync.Bench.dll" replay "$repository" ${2:+"$2"}
