#!/usr/bin/env bash
# Packs all that a release publishes, and looks at each package: its files, sizes, description. tests/Packages holds the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1 MSBUILDTERMINALLOGGER=off
eng/pack.sh --all
eng/restore.sh tests/Packages
dotnet test tests/Packages -c Release --no-restore --nologo
