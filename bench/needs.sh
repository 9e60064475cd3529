#!/usr/bin/env bash
# Three databases in the form that teams have them are brought from nothing to 100 % by the commands of docs/sources.md, against a loopback
# endpoint: workspace items by a query, config options with two models, messages and atoms published into their own columns. bench/README.md says more.
#
# usage: POSTGRES=postgresql://superuser@host:port bench/needs.sh       makes and drops databases named embsync_need_*
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/embsync-needs-XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
dotnet build "$root/bench/Bench/Bench.csproj" -c Release -o "$work/bench" --nologo -v quiet -clp:NoSummary
dotnet build "$root/src/Tool/Tool.csproj" -c Release -o "$work/tool" --nologo -v quiet -clp:NoSummary
dotnet "$work/bench/EmbSync.Bench.dll" serve 0 20 >"$work/endpoint" &
server=$!
until [ -s "$work/endpoint" ]; do sleep 0.2; done
export OPENAI_BASE_URL OPENAI_API_KEY=none
OPENAI_BASE_URL=$(head -1 "$work/endpoint")
embsync() {
  echo "\$ embsync $*"
  local code=0
  "$work/tool/embsync" "$@" </dev/null || code=$?
  [ "$code" = 0 ] || echo "(exit code $code)"
}
database() {
  psql -qAt "$POSTGRES/postgres" -c "DROP DATABASE IF EXISTS embsync_need_$1 WITH (FORCE)" -c "CREATE DATABASE embsync_need_$1"
  export DATABASE_URL="$POSTGRES/embsync_need_$1"
  mkdir "$work/$1" && cd "$work/$1"
  psql -q "$DATABASE_URL" -v ON_ERROR_STOP=1 -c "CREATE EXTENSION vector"
}

echo "== B: issues, pull requests and discussions of active workspaces"
database b
psql -q "$DATABASE_URL" -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE workspace (id int PRIMARY KEY, name text, active bool NOT NULL);
INSERT INTO workspace SELECT g, 'Workspace ' || g, g <> 4 FROM generate_series(1, 4) g;
CREATE TABLE issue (id int PRIMARY KEY, workspace_id int REFERENCES workspace, title text, body text, state text, updated_at timestamptz);
CREATE TABLE pull_request (LIKE issue INCLUDING ALL);
CREATE TABLE discussion (LIKE issue INCLUDING ALL);
INSERT INTO issue SELECT g, 1 + g % 4, 'Issue ' || g, repeat('Something about part ' || g % 97 || ' fails. ', 20), 'open', now() - g * interval '1 hour' FROM generate_series(1, 1200) g;
INSERT INTO pull_request SELECT g, 1 + g % 4, 'Change ' || g, repeat('It changes part ' || g % 89 || '. ', 15), 'merged', now() - g * interval '2 hours' FROM generate_series(1, 600) g;
INSERT INTO discussion SELECT g, 1 + g % 4, 'Talk ' || g, repeat('What of part ' || g % 83 || '? ', 10), 'open', now() - g * interval '3 hours' FROM generate_series(1, 200) g;
SQL
cat >embsync.yaml <<'YAML'
version: 1
project: needs
store: { backend: postgres, url: env:DATABASE_URL }
embeddings: { provider: openai, baseUrl: env:OPENAI_BASE_URL, apiKey: env:OPENAI_API_KEY, model: text-embedding-3-small, dimension: 384, batch: { size: 20 }, concurrency: 2 }
sources:
  - name: workspace
    type: query
    query: |
      SELECT i.kind || '-' || i.id AS id, i.kind AS type, concat_ws(E'\n\n', i.title, i.body) AS text, i.title,
        jsonb_build_object('state', i.state, 'workspace', w.name) AS metadata, i.priority, i.updated_at
      FROM (SELECT 'issue' AS kind, 3 AS priority, * FROM issue UNION ALL SELECT 'pull_request', 2, * FROM pull_request UNION ALL SELECT 'discussion', 2, * FROM discussion) i
      JOIN workspace w ON w.id = i.workspace_id AND w.active
YAML
embsync status --limit 3
embsync backfill 3 5 --limit 200
embsync backfill 100 5 --limit 1000
embsync status --runs 10
embsync doctor --no-probe -q
psql -q "$DATABASE_URL" -c "UPDATE workspace SET active = false WHERE id = 3"
echo "(a workspace is no longer active)"
embsync doctor --no-probe -q
embsync sync
embsync sync --max-delete 50%
psql -qAt "$DATABASE_URL" -c "SELECT count(*) || ' vectors shown of workspaces that are not active' FROM embsync.embeddings WHERE metadata ->> 'workspace' IN ('Workspace 3', 'Workspace 4')"

echo "== C: values of columns with two models"
database c
psql -q "$DATABASE_URL" -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE config_option (id serial PRIMARY KEY, label text, help text);
INSERT INTO config_option (label, help) SELECT ' Option ' || g % 90, CASE WHEN g % 3 = 0 THEN '' ELSE E'What \\option ' || g % 120 || ' does' END FROM generate_series(1, 400) g;
CREATE TABLE embedding_cache (value text, value_hash text, embedding_large halfvec(3072), embedding_small vector(1536), source_table text, source_column text,
  usage_count int DEFAULT 1, created_at timestamptz DEFAULT now(), PRIMARY KEY (value_hash, source_table, source_column));
SQL
cat >embedding-sources.json <<'JSON'
{
  "version": "1.0",
  "models": { "large": "text-embedding-3-large", "small": "text-embedding-3-small" },
  "batchSize": 50,
  "sources": [
    { "name": "labels", "table": "config_option", "column": "label", "enabled": true },
    { "name": "help", "table": "config_option", "column": "help", "enabled": true },
    { "name": "retired", "table": "config_option", "column": "id", "enabled": false }
  ]
}
JSON
embsync sync --config embedding-sources.json --dry-run
embsync sync --config embedding-sources.json
embsync sync --config embedding-sources.json
embsync status --config embedding-sources.json
embsync search 'option 7' --config embedding-sources.json --space large --limit 2

echo "== D: messages and atoms that never had a vector"
database d
psql -q "$DATABASE_URL" -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE messages (id bigserial PRIMARY KEY, content text, embedding vector(1536), embedding_generated_at timestamptz, content_hash text);
INSERT INTO messages (content) SELECT 'Message ' || g || ' about topic ' || g % 11 FROM generate_series(1, 237) g;
CREATE TABLE atoms (id bigserial PRIMARY KEY, title text, body text, embedding vector(1536), embedding_generated_at timestamptz, content_hash text);
INSERT INTO atoms (title, body) SELECT 'Atom ' || g, 'Body of atom ' || g FROM generate_series(1, 50) g;
SQL
cat >embsync.yaml <<'YAML'
version: 1
project: needs
store: { backend: postgres, url: env:DATABASE_URL }
embeddings: { provider: openai, baseUrl: env:OPENAI_BASE_URL, apiKey: env:OPENAI_API_KEY, model: text-embedding-3-small, dimension: 1536 }
sources:
  - { name: messages, type: table, table: messages, text: [content], publish: { column: embedding, at: embedding_generated_at } }
  - { name: atoms, type: table, table: atoms, text: [title, body], publish: { column: embedding, at: embedding_generated_at } }
YAML
embsync doctor --postgres-url env:DATABASE_URL
embsync sync --dry-run
embsync sync
embsync publish
embsync publish
embsync doctor --postgres-url env:DATABASE_URL --fix
embsync status
