using System.Text.Json;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;

namespace EmbSync.Core.Planning;

/// <summary>Reads what the receipts of one model teach about the next run.</summary>
public static class PastReceipts
{
    /// <summary>Receipts looked at.</summary>
    public const int Most = 50;

    /// <summary>Fewer tokens than this say nothing: each request has an overhead of a few.</summary>
    private const long LeastTokens = 200;

    private const int LeastRequests = 3;

    // A tokenizer is never further off the estimate than this; a server that bills otherwise is believed that far.
    private const double Least = 0.25;
    private const double MostFactor = 4;

    /// <summary>
    /// Weighted by tokens: a long run says more than a short one. Receipts without a bill, or of another model, say nothing.
    /// </summary>
    public static PastRuns Of(IEnumerable<RunRecord> runs, string model)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var known = runs.Take(Most).Select(run => Bill.Of(run.Details, model)).OfType<Bill>().ToList();
        var (billed, covered) = (known.Sum(bill => bill.Billed), known.Sum(bill => bill.Covered));
        var paced = known.Where(bill => bill.Requests >= LeastRequests).ToList();
        return covered < LeastTokens ? PastRuns.None : new(
            known.Count,
            Math.Clamp((double)billed / covered, Least, MostFactor),
            paced.Count == 0 ? null : paced.Sum(bill => bill.Seconds) / paced.Sum(bill => bill.Requests));
    }

    private sealed record Bill(long Billed, long Covered, int Requests, double Seconds)
    {
        /// <summary>Null where the receipt has none for this model.</summary>
        public static Bill? Of(string details, string model)
        {
            using var json = JsonDocument.Parse(details);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("seconds", out var seconds))
            {
                return null;
            }

            // Spaces are bought in at the same time: the seconds are those of each.
            var spaces = root.TryGetProperty("spaces", out var list) && list.GetArrayLength() > 0 ? list.EnumerateArray().ToArray()
                : [root];
            return spaces.Select(space => Of(space, model, seconds.GetDouble())).FirstOrDefault(bill => bill is not null);
        }

        private static Bill? Of(JsonElement bought, string model, double seconds) =>
            bought.TryGetProperty("model", out var name) && name.GetString() == model
            && bought.TryGetProperty("tokens", out var tokens)
            && tokens.TryGetProperty("billed", out var billed) && billed.ValueKind == JsonValueKind.Number
            && tokens.TryGetProperty("covered", out var covered) && covered.ValueKind == JsonValueKind.Number && covered.GetInt64() > 0
            ? new(billed.GetInt64(), covered.GetInt64(), bought.GetProperty("requests").GetInt32(), seconds)
            : null;
    }
}
