using EmbSync.Core.Model;

namespace EmbSync.Core.Providers;

/// <summary>
/// Tells a provider that is down from a text that it can't take. A text is to blame when others are answered meanwhile; until then its
/// failure is held back. Many failures in a row without one answer: the provider is to blame.
/// </summary>
internal sealed class ProviderPulse
{
    // One bad text in each half of a batch makes at most four failures between two answers.
    private const int MostFailuresInARow = 6;
    private const int MostSetAsideBeforeAnAnswer = 8;

    private readonly Lock _lock = new();
    private readonly List<EmbedAnswer> _held = [];
    private EmbeddingRequestException? _last;
    private EmbeddingRequestException? _refusal;
    private long _answers;
    private int _failures;
    private int _setAside;

    /// <summary>Something was answered.</summary>
    public bool HasAnswered => Answers > 0;

    /// <summary>Requests that brought vectors so far.</summary>
    public long Answers
    {
        get
        {
            lock (_lock)
            {
                return _answers;
            }
        }
    }

    /// <returns>Failures that were held back: the provider lives, so their texts are to blame.</returns>
    public IReadOnlyList<EmbedAnswer> Beat()
    {
        lock (_lock)
        {
            _answers++;
            _failures = 0;
            EmbedAnswer[] released = [.. _held];
            _held.Clear();
            return released;
        }
    }

    /// <exception cref="ProviderFailedException">Too many in a row.</exception>
    public void Failed(EmbeddingRequestException fault)
    {
        lock (_lock)
        {
            _last = fault;
            if (++_failures >= MostFailuresInARow)
            {
                throw GaveUp(fault);
            }
        }
    }

    /// <returns>The answer, when the provider answered anything since; null: it is held back.</returns>
    public EmbedAnswer? Judge(EmbedAnswer failure, long answersBefore)
    {
        lock (_lock)
        {
            if (_answers > answersBefore)
            {
                return failure;
            }

            _held.Add(failure);
            return null;
        }
    }

    /// <param name="texts">So many got no vector, by their own fault as it seems.</param>
    /// <exception cref="ProviderRefusedException">Not one text ever got a vector: they can't all be bad, and each costs.</exception>
    public void SetAside(int texts, EmbeddingRequestException fault)
    {
        lock (_lock)
        {
            // The same words for other texts hold none of them.
            var words = _refusal is { ServersWords: { } before } && before == fault.ServersWords ? $" The server says: \"{before}\"." : "";
            _refusal = fault;
            _setAside += texts;
            if (_answers == 0 && _setAside >= MostSetAsideBeforeAnAnswer)
            {
                throw new ProviderRefusedException(
                    $"{fault.Message}{words} None of the first {_setAside} texts got a vector: check embeddings.model, embeddings.dimension, embeddings.request and embeddings.baseUrl.", fault);
            }
        }
    }

    /// <exception cref="ProviderFailedException">Failures are held back to the end: nothing shows that the provider lives.</exception>
    public void End()
    {
        lock (_lock)
        {
            if (_held.Count > 0 && _last is not null)
            {
                throw GaveUp(_last);
            }
        }
    }

    public static ProviderFailedException GaveUp(EmbeddingRequestException fault) =>
        new($"{fault.Message} {(fault.Fault == RequestFault.WaitTooLong ? "" : "Trying again did not help. ")}What was embedded before is kept: run again later to go on.", fault);
}
