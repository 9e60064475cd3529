#!/usr/bin/env bash
# A sync over many rows of a table, when nothing changed and when 1 % did, as a process; bench/README.md says more.
#
# usage: DATABASE_URL=postgresql://... bench/rows.sh [ROWS]      the database is filled: use an empty one of its own
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rows=${1:-1000000}
work=$(mktemp -d "${TMPDIR:-/tmp}/embsync-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
dotnet build "$root/src/Tool/Tool.csproj" -c Release -o "$work/tool" --nologo -v quiet -clp:NoSummary
cat >"$work/embsync.yaml" <<END
version: 1
project: bench
store: { url: env:DATABASE_URL, keepText: false, index: { minRows: 1000000000 } }
embeddings: { provider: lexical, dimension: 64 }
sources: [{ name: doc, type: table, table: doc, text: [title, body], title: title, metadata: [state], updatedAt: updated_at }]
END
cd "$work"
run() { /usr/bin/time -f "%e s, %M KB" dotnet tool/embsync.dll "$@" --quiet; }
psql -q "$DATABASE_URL" <<END
CREATE TABLE doc (id bigint PRIMARY KEY, title text NOT NULL, body text NOT NULL, state text NOT NULL, updated_at timestamptz NOT NULL);
INSERT INTO doc VALUES (0, 'First', 'The row that makes the store.', 'open', now());
END
echo "first row"; run sync

# The rest of the store as a sync would make it, but for its vectors: embedding a million texts is not what is measured.
psql -q "$DATABASE_URL" <<END
INSERT INTO doc SELECT g, 'Title ' || g, (SELECT string_agg(md5(g::text || ':' || k), ' ') FROM generate_series(1, 60) k), CASE g % 3 WHEN 0 THEN 'open' ELSE 'closed' END, now() - g * interval '1 minute'
FROM generate_series(1, $rows) g;
INSERT INTO embsync.item (source, id, type, title, path, version, pipeline, metadata, priority, updated_at, content_digest, record_digest, chunks)
SELECT 'doc', t.id::text, 'doc', t.title, NULL, 'x' || (SELECT system_identifier FROM pg_control_system()) || '.' || t.tableoid::text || '.' || t.xmin::text || ' '
  || encode(sha256(convert_to(concat_ws(E'\x1F', t.title, t.body, t.title, E'\x1E', jsonb_build_object('state', t.state)::text), 'UTF8')), 'hex'),
  (SELECT pipeline FROM embsync.item LIMIT 1), jsonb_build_object('state', t.state), 0, t.updated_at, sha256(sha256(convert_to(t.title || E'\n\n' || t.body, 'UTF8'))), sha256(t.id::text::bytea), 1
FROM doc t WHERE id > 0;
INSERT INTO embsync.chunk SELECT 'doc', t.id::text, 0, sha256(convert_to(t.title || E'\n\n' || t.body, 'UTF8')), '', 0, 0, NULL FROM doc t WHERE id > 0;
INSERT INTO embsync.vec_1 SELECT sha256(convert_to(t.title || E'\n\n' || t.body, 'UTF8')), (SELECT embedding FROM embsync.vec_1 LIMIT 1), 500, now() FROM doc t WHERE id > 0;
VACUUM ANALYZE doc; VACUUM ANALYZE embsync.item; VACUUM ANALYZE embsync.chunk; VACUUM ANALYZE embsync.vec_1;
END
echo "nothing changed"; run sync; run sync
psql -q "$DATABASE_URL" -c "UPDATE doc SET body = md5(id::text) || body WHERE id % 100 = 0" -c "UPDATE doc SET body = body WHERE id % 100 = 1" -c "DELETE FROM doc WHERE id % 1000 = 7"
echo "1 % changed, 1 % touched, 0.1 % deleted: dry run"; run sync --dry-run
echo "the same: sync"; run sync
echo "again"; run sync
