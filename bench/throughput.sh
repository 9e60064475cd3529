#!/usr/bin/env bash
# How near a first sync comes to concurrency x batch / latency, at 200 ms of latency on a loopback endpoint; bench/README.md says more.
#
# usage: bench/throughput.sh [ITEMS]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/embsync-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
dotnet build "$root/bench/Bench/Bench.csproj" -c Release -o "$work/bench" --nologo -v quiet -clp:NoSummary
dotnet "$work/bench/EmbSync.Bench.dll" throughput "${1:-10000}"
