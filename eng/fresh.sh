#!/usr/bin/env bash
# What a stranger does first, on a machine that has nothing but the SDK and git: a clone in a new folder, a new home, no package in any cache.
#   1. ./try.sh, as the README says
#   2. a search whose answer is known
#   3. the tool installed for all folders from artifacts/packages, and a sync and a search in another repository, which is made here
# Tries the last commit: what isn't committed is not in a clone. Ends with 1 at the first thing that goes wrong, and says which.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec </dev/null
top=$(mktemp -d "${TMPDIR:-/tmp}/embsync-fresh.XXXXXX")
trap 'rm -rf "$top"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
started=$SECONDS

step() { printf '\n== fresh, %s s: %s\n' $((SECONDS - started)) "$1"; }
wrong() { echo "eng/fresh.sh: $1" >&2; exit 1; }

step "a clone of the last commit"
if [ -n "$(git -C "$repository" status --porcelain)" ]; then echo "What is not committed is left out." >&2; fi
git clone --quiet "$repository" "$top/embsync"

# A new home, but for the list of feeds: which ones a machine asks is not the repository's to say.
mkdir -p "$top/home/.nuget/NuGet" "$top/tmp"
for config in "${DOTNET_CLI_HOME:-$HOME}"/.nuget/NuGet/NuGet.Config "${DOTNET_CLI_HOME:-$HOME}"/.config/NuGet/NuGet.Config; do
  if [ -e "$config" ]; then cp "$config" "$top/home/.nuget/NuGet/NuGet.Config"; break; fi
done
for name in $(compgen -e); do
  case $name in EMBSYNC_* | NUGET_*PATH | NUGET_PACKAGES | XDG_* | GIT_* | OPENAI_* | DATABASE_URL | PG*) unset "$name" ;; esac
done
export HOME=$top/home DOTNET_CLI_HOME=$top/home NUGET_PACKAGES=$top/home/.nuget/packages TMPDIR=$top/tmp
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1

step "./try.sh"
cd "$top/embsync"
./try.sh || wrong "./try.sh ended with $?"
if [ -n "$(git status --porcelain)" ]; then git status --short >&2; wrong "./try.sh left files behind that git would commit"; fi

step "a search here"
question="which of git's hooks: pre-push, post-commit, post-merge"
dotnet tool run embsync search "$question" --limit 3 >"$top/answer" || wrong "the search ended with $?"
cat "$top/answer"
grep -q 'docs/hooks.md' "$top/answer" || wrong "docs/hooks.md is not among the first three answers to '$question'"

step "the tool for all folders"
dotnet tool install --global EmbSync.Tool --source "$top/embsync/artifacts/packages" || wrong "the installation ended with $?"
PATH=$HOME/.dotnet/tools:$PATH

step "another repository"
mkdir "$top/other"
cd "$top/other"
git init --quiet --initial-branch=main
printf '# Invoices\n\nAn invoice is sent on the first of a month, as PDF.\n' >invoices.md
printf '# Refunds\n\nMoney goes back to the card that paid, within five days.\n' >refunds.md
mkdir notes
printf '# Backups\n\nTapes are kept in the cellar and read once a quarter.\n' >notes/backups.md
git add .
git -c user.name=fresh -c user.email=fresh@example.invalid commit --quiet --message "Three documents"
embsync sync || wrong "the sync of another repository ended with $?"
embsync search "tapes in the cellar" --limit 1 >"$top/answer" || wrong "the search in another repository ended with $?"
cat "$top/answer"
grep -q 'notes/backups.md' "$top/answer" || wrong "notes/backups.md is not the first answer in another repository"
embsync status --check || wrong "something is out of step right after a sync: status ended with $?"
if [ -n "$(git status --porcelain)" ]; then git status --short >&2; wrong "a sync left files behind that git would commit"; fi

step "all went well"
