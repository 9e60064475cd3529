using EmbSync.Core.Configuration;

namespace EmbSync.Core.Jobs.Repair;

/// <param name="Sources">Names of sources whose orphans go; empty for all.</param>
/// <param name="MaxDelete">Overrules the configured bound on deletions.</param>
/// <param name="Verify">So many stored chunks are embedded again and compared; 0 for none.</param>
/// <param name="Seed">Chooses them.</param>
/// <param name="Grace">What became unused less long ago is kept.</param>
public sealed record RepairRequest(IReadOnlyList<string> Sources, DeleteLimit? MaxDelete, int Verify, int Seed, TimeSpan Grace)
{
    /// <summary>A week: long enough to go back to the model before, or to a branch.</summary>
    public static readonly TimeSpan DefaultGrace = TimeSpan.FromDays(7);
}
