#!/usr/bin/env bash
# PostgreSQL 17 with pgvector from Debian 13's packages in a folder of its own, whatever Debian this is and whoever runs it: the
# packages bring their own C library and are patched to use it.
# usage: eng/postgres-packages.sh FOLDER     (about 10 seconds and 110 MB the first time, nothing the second)
set -euo pipefail
eng=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(realpath -m "$1")
made() { [ "$(cat "$folder/made-for" 2>/dev/null)" = "$folder" ]; }   # paths inside are absolute: a moved folder is made anew
made && exit 0

case $(uname -m) in
  x86_64) multiarch=x86_64-linux-gnu loader=ld-linux-x86-64.so.2 ;;
  aarch64) multiarch=aarch64-linux-gnu loader=ld-linux-aarch64.so.1 ;;
  *) echo "No list of packages for PostgreSQL on $(uname -m)." >&2; exit 1 ;;
esac
packages=(postgresql-17 postgresql-17-pgvector patchelf
  libc6 libgcc-s1 libstdc++6 libpq5 libssl3t64 libxml2 libicu76 liblz4-1 libzstd1 liblzma5 zlib1g libpam0g libaudit1 libcap-ng0 libcap2
  libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 libldap2 libsasl2-2 libnuma1 libsystemd0 libselinux1
  libpcre2-8-0)

echo "Unpacking PostgreSQL 17 and pgvector from Debian 13's packages" >&2
mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.new.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$eng/debian-packages.sh" trixie "$work/root" "${packages[@]}"

libs=root/usr/lib/$multiarch
for program in initdb postgres pg_ctl; do
  "$work/$libs/$loader" --library-path "$work/$libs" "$work/root/usr/bin/patchelf" \
    --set-interpreter "$folder/$libs/$loader" --force-rpath --set-rpath "$folder/$libs" "$work/root/usr/lib/postgresql/17/bin/$program"
done
ln -s root/usr/lib/postgresql/17/bin "$work/bin"
echo "$folder" >"$work/made-for"
chmod -R u+rwX,go+rX "$work"
made && exit 0   # another start was faster
rm -rf "$folder"
mv -T "$work" "$folder"
