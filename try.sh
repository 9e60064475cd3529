#!/usr/bin/env bash
# From a fresh clone to a first search: packs the tool, installs it for this folder and syncs this repository's own documents and
# tasks, as embsync.yaml says: into a SQLite file, with the built-in lexical provider. No key, no cost.
# Needs the .NET SDK that global.json names, and git. The second time takes seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1
for need in dotnet git; do
  command -v "$need" >/dev/null || { echo "$need is not on the PATH: install it and run ./try.sh again." >&2; exit 1; }
done
embsync() {
  echo
  echo "== dotnet tool run embsync $*"
  dotnet tool run embsync "$@"
}

eng/pack.sh
echo "== Installing it for this folder (.config/dotnet-tools.json)"
eng/restore-tool.sh
embsync sync
embsync status
embsync search "what stops a sync from deleting too much?"
echo
echo "== Done. Next: dotnet tool run embsync search \"your words\", or embsync --help"
