using EmbSync.Core.Model;
using EmbSync.Core.Planning;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary>Plan now, apply later: what the plan looked at is in its file, so flags that say so again are refused.</summary>
internal sealed class PlanOptions(CommandLineApplication command)
{
    private readonly CommandOption _plan = command.Value("--plan <FILE>", "Write the plan as JSON for review; buy and write nothing");
    private readonly CommandOption _apply = command.Value(
        "--apply <FILE>", "Do exactly what a plan says; refuse with 5 if source, configuration or store moved");

    public string? Write => _plan.Value();

    public string? Apply => _apply.Value();

    /// <exception cref="UsageException">Flags that contradict the plan.</exception>
    public void RequireAlone(SyncRequest request, bool changedOnly)
    {
        if (Write is not null && Apply is not null)
        {
            throw new UsageException("--plan and --apply exclude each other: plan first, review the file, then apply it");
        }

        var asked = request with { MaxBatches = null, Sources = [], Ids = [] };
        if (Apply is not null && (changedOnly || request.Sources.Count > 0 || asked != new SyncRequest
            { Sources = asked.Sources, Ids = asked.Ids }))
        {
            throw new UsageException("--apply does what the plan says: leave out --since, --at, --source, --limit, --all, --reindex, --changed-only, --max-delete and --auto, or make another plan with them");
        }
    }
}
