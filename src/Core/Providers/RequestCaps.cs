using System.Text;

namespace EmbSync.Core.Providers;

/// <summary>How much goes into one request. Starts at what is configured and known; a refusal lowers it for the rest of the run.</summary>
/// <param name="tokensAMinute">A request above it could never start among others; null for no limit.</param>
/// <param name="notices">Is told once what was learned of the number of inputs.</param>
internal sealed class RequestCaps(int batchSize, long? tokensAMinute = null, IProgress<string>? notices = null)
{
    // OpenAI's published limits of a request to /v1/embeddings.
    private const int MostInputs = 2048;
    private const int MostTokens = 300_000;

    // Far above what 300,000 tokens need in any script; keeps a request in memory small whatever the estimate says.
    private const int MostBytes = 8 << 20;

    private readonly Lock _lock = new();
    private bool _isSaid;

    public int Inputs { get; private set; } = Math.Clamp(batchSize, 1, MostInputs);

    public int Tokens { get; private set; } = (int)Math.Clamp(tokensAMinute ?? MostTokens, 1, MostTokens);

    public bool Fits(IReadOnlyList<EmbedInput> inputs)
    {
        var load = RequestLoad.None;
        return inputs.All(input => HasRoom(ref load, input));
    }

    /// <summary>Adds the input to the load when there is room; a first input always fits, however large.</summary>
    public bool HasRoom(ref RequestLoad load, EmbedInput input)
    {
        var next = load.With(input);
        lock (_lock)
        {
            if (load.Inputs > 0 && (next.Inputs > Inputs || next.Tokens > Tokens || next.Bytes > MostBytes))
            {
                return false;
            }
        }

        load = next;
        return true;
    }

    /// <summary>The server names the tokens of a minute, from 1.</summary>
    public void KeepTokensBelow(long tokensAMinute)
    {
        lock (_lock)
        {
            Tokens = (int)Math.Min(Tokens, tokensAMinute);
        }
    }

    /// <summary>A request of so many inputs was too much: the next ones take what the server names, else half.</summary>
    /// <param name="limit">Inputs a request, as the server says.</param>
    public void LowerInputs(IReadOnlyList<EmbedInput> refused, int? limit = null) =>
        LowerInputsTo(limit is { } named && named > 0 && named < refused.Count ? named : refused.Count / 2, limit);

    /// <summary>More than so many inputs are never taken, as refusals and answers showed.</summary>
    public void LowerInputsTo(int inputs) => LowerInputsTo(inputs, inputs);

    /// <summary>A request of so many estimated tokens was too much: the next ones take what the server names, else half.</summary>
    /// <param name="limit">Tokens a request, as the server counts them.</param>
    public void LowerTokens(IReadOnlyList<EmbedInput> refused, int? limit = null)
    {
        var sent = refused.Sum(input => (long)input.Tokens);
        lock (_lock)
        {
            // Estimates and the server's count differ: below its limit by estimate and refused all the same means less than half would do.
            var half = sent / 2;
            Tokens = (int)Math.Max(1, Math.Min(Tokens, limit is { } named && named < sent && named > half ? named : half));
        }
    }

    private void LowerInputsTo(int inputs, int? said)
    {
        lock (_lock)
        {
            Inputs = Math.Max(1, Math.Min(Inputs, inputs));
            if (said is null || _isSaid)
            {
                return;
            }

            _isSaid = true;
        }

        notices?.Report(string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"The server takes at most {Inputs} {(Inputs == 1 ? "text" : "texts")} a request: sent so many (embeddings.batch.size: {Inputs})."));
    }
}

/// <summary>What a request holds so far.</summary>
internal readonly record struct RequestLoad(int Inputs, long Tokens, long Bytes)
{
    public static readonly RequestLoad None;

    public RequestLoad With(EmbedInput input) => new(Inputs + 1, Tokens + input.Tokens, Bytes + Encoding.UTF8.GetByteCount(input.Text));
}
