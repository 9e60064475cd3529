#!/usr/bin/env bash
# usage: eng/restore.sh [arguments of dotnet restore]
# Restores, three times at the most: a feed that is slow or away for a moment fails what works a moment later. That it failed is all that
# counts; feeds word their errors as they like.
set -euo pipefail
for wait in 2 10 0; do
  if dotnet restore --nologo --verbosity quiet "$@"; then exit 0; fi
  if [ "$wait" = 0 ]; then break; fi
  echo "The restore failed (above); trying again in $wait s." >&2
  sleep "$wait"
done
echo "The restore failed three times: is the feed of packages reachable from here? 'dotnet nuget list source' names it." >&2
exit 1
