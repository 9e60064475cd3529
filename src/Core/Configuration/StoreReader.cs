using EmbSync.Core.Configuration.Definition;
using EmbSync.Core.Configuration.Parsing;

namespace EmbSync.Core.Configuration;

/// <summary>Reads <c>store</c>.</summary>
internal static class StoreReader
{
    public static StoreConfig Read(ConfigValues values, MapNode tree, string root)
    {
        CheckAlias(values, tree);
        var backend = ReadBackend(values);
        var path = Path.GetFullPath(Path.Combine(root, values.Get(ConfigSchema.StorePath)));
        return new(
            backend,
            path,
            // What another backend would need is left alone: its variable may well be unset here.
            backend == StoreBackend.Postgres ? ReadUrl(values) : null,
            ReadSchema(values),
            values.TryGet(ConfigSchema.Branch, out var branch) ? branch : null,
            values.Get(ConfigSchema.Vectors),
            values.Get(ConfigSchema.KeepText))
        {
            Spool = values.Get(ConfigSchema.Spool),
            Index = ReadIndex(values),
        };
    }

    private static IndexConfig ReadIndex(ConfigValues values)
    {
        var index = new IndexConfig(
            (int)values.Get(ConfigSchema.IndexM),
            (int)values.Get(ConfigSchema.IndexEfConstruction),
            (int)values.Get(ConfigSchema.IndexEfSearch),
            values.TryGet(ConfigSchema.IndexMemory, out var memory) ? memory : null,
            (int)values.Get(ConfigSchema.IndexMinRows));
        if (values.AreGood(ConfigSchema.IndexM, ConfigSchema.IndexEfConstruction) && index.EfConstruction < 2 * index.M)
        {
            values.Report(ConfigSchema.IndexEfConstruction, FormattableString.Invariant(
                $"store.index.efConstruction {index.EfConstruction} is less than twice store.index.m, which is {index.M}: pgvector wants {2 * index.M} at least"));
        }

        return index;
    }

    private static StoreBackend ReadBackend(ConfigValues values)
    {
        if (values.Find(ConfigSchema.Backend) is not null || values.Find(ConfigSchema.Url) is not { } url)
        {
            return values.Get(ConfigSchema.Backend);
        }

        // A URL without a backend means PostgreSQL; falling back on a file would look like success.
        values.Note(ConfigSchema.Backend, $"store.url in {url.Origin}");
        return StoreBackend.Postgres;
    }

    private static Secret? ReadUrl(ConfigValues values)
    {
        if (values.Find(ConfigSchema.Url) is null)
        {
            values.Report(ConfigSchema.Backend,
                "the postgres backend needs store.url: write url: env:DATABASE_URL, or set EMBSYNC_STORE_URL");
            return null;
        }

        return values.TryGet(ConfigSchema.Url, out var url) ? url : null;
    }

    private static string ReadSchema(ConfigValues values)
    {
        var schema = values.Get(ConfigSchema.SchemaName);
        if (schema.StartsWith("pg_", StringComparison.Ordinal))
        {
            values.Report(ConfigSchema.SchemaName, "store.schema begins with pg_, which PostgreSQL keeps for itself: choose another name");
        }

        return schema;
    }

    private static void CheckAlias(ConfigValues values, MapNode tree)
    {
        if ((tree.Find("vectorStorage") as MapNode)?.Find("backend") is
            { } alias && (tree.Find("store") as MapNode)?.Find("backend") is not null)
        {
            values.Problems.Add(values.Shown, alias.Line, alias.Column,
                "vectorStorage.backend is another name of store.backend, which is set too: keep one");
        }
    }
}
