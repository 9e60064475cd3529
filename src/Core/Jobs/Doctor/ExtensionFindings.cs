using EmbSync.Core.Model;
using EmbSync.Core.Storage.Inspection;

namespace EmbSync.Core.Jobs.Doctor;

/// <summary>What is wrong with server and extension.</summary>
internal static class ExtensionFindings
{
    private const string Create = "CREATE EXTENSION IF NOT EXISTS vector;";
    private const string Update = "ALTER EXTENSION vector UPDATE;";

    private static readonly Version Defect = new(0, 8, 2);

    public static IEnumerable<Finding> Of(DatabaseFacts facts)
    {
        if (facts.Encoding != "UTF8")
        {
            yield return Finding.Of(FindingKind.Encoding, facts.Place, $"The database has encoding {facts.Encoding}.",
                Mend.Hint("Create a database with ENCODING 'UTF8' TEMPLATE template0 and move to it."));
        }

        if (facts.IsReadOnly)
        {
            yield return Finding.Of(FindingKind.ReadOnly, facts.Place, "It is a standby, or default_transaction_read_only is on.",
                Mend.Hint("Name the primary where something is to be written."));
        }

        var extension = facts.Extension;
        if (extension.Installed is not { } installed)
        {
            yield return extension.Available is { } offered
                ? Finding.Of(FindingKind.NoExtension, facts.Place, $"pgvector {offered} is on the server, and not in this database.",
                    Allowed(facts, Create))
                : Finding.Of(FindingKind.NotInstalled, facts.Place, "pgvector is not among the server's extensions.",
                    Mend.Hint($"Install it on the server (package postgresql-NN-pgvector, or the provider's list of extensions), then run: {Create}"));
            yield break;
        }

        if (extension.Available > installed)
        {
            yield return Finding.Of(FindingKind.UpdateWaits, "extension vector",
                $"The database has pgvector {installed}, the server has {extension.Available}.",
                Allowed(facts, Update));
        }
        else if (!extension.HasIterativeScan)
        {
            var severity = extension.HasHnsw ? Severity.Warning : Severity.Error;
            yield return new(FindingKind.OldExtension, severity, "extension vector", $"pgvector {installed} has {Lacks(extension)}.",
                Mend.Hint($"Install a later package on the server, then run: {Update}"));
        }

        if (extension.HasHnsw && installed < Defect)
        {
            yield return Finding.Of(FindingKind.ParallelBuild, "extension vector", $"pgvector {installed} is before {Defect}.",
                Mend.Sql("SET max_parallel_maintenance_workers = 0;"));
        }
    }

    private static string Lacks(ExtensionFacts extension) =>
        !extension.HasHnsw ? "no HNSW index, no halfvec and no iterative scan"
        : !extension.HasHalfVec ? "no halfvec and no iterative scan"
        : "no iterative scan: a filtered search returns too few rows";

    private static Mend Allowed(DatabaseFacts facts, string statement) => facts.Extension.MayCreate && !facts.IsReadOnly
        ? Mend.SafeSql(Mend.ExtensionFirst, statement)
        : Mend.Sql(statement, $"-- as a superuser: {Plain.Line(facts.User)} may not");
}
