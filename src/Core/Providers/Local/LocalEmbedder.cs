using System.Numerics.Tensors;
using EmbSync.Core.Configuration;
using EmbSync.Core.Configuration.LocalModels;
using EmbSync.Core.Model;

namespace EmbSync.Core.Providers.Local;

/// <summary>Text to unit vector by a loaded model. For use by several threads at once; each works on its own.</summary>
internal sealed class LocalEmbedder : IDisposable
{
    // The pieces around a text.
    private const int Around = 2;
    private const int LeastRoom = 16;

    private readonly LocalModel _model;
    private readonly OnnxSession _session;
    private readonly WordPieceTokenizer _tokenizer;
    private readonly int[] _documentPrefix;
    private readonly int[] _queryPrefix;

    /// <exception cref="UsageException">The model can't be loaded, or a prefix fills its window.</exception>
    public LocalEmbedder(LocalModel model, RolePrefixes prefixes)
    {
        _model = model;
        _tokenizer = new(WordPieceVocabulary.Load(model.VocabularyFile), model.Uncased);
        (_documentPrefix, _queryPrefix) = (PrefixOf(prefixes.Document), PrefixOf(prefixes.Query));
        _session = new(model.ModelFile, model.Dimension);
    }

    public float[] Document(string text, CancellationToken cancellationToken) => Embed(Tokens(text), _documentPrefix, cancellationToken);

    /// <exception cref="UsageException">The text has nothing that the model reads.</exception>
    public float[] Query(string text, CancellationToken cancellationToken) => Tokens(text) is { Count: > 0 } tokens
        ? Embed(tokens, _queryPrefix, cancellationToken)
        : throw new UsageException("The query has nothing to search for: give it letters, digits or signs.");

    public void Dispose() => _session.Dispose();

    private int[] PrefixOf(string prefix)
    {
        int[] tokens = [.. Tokens(prefix)];
        return tokens.Length <= _model.Window - Around - LeastRoom
            ? tokens
            : throw new UsageException($"a prefix in embeddings.prefixes is {tokens.Length} tokens long, and {_model.Name} takes {_model.Window} with the text: shorten it");
    }

    private List<int> Tokens(string text)
    {
        var tokens = new List<int>((text.Length / 3) + 1);
        _tokenizer.Append(text, tokens);
        return tokens;
    }

    /// <summary>The mean of the windows' unit vectors by their length in tokens, at length 1.</summary>
    private float[] Embed(List<int> tokens, int[] prefix, CancellationToken cancellationToken)
    {
        var sum = new float[_model.Dimension];
        foreach (var (start, length) in TokenWindows.Of(tokens, _model.Window - Around - prefix.Length, _tokenizer.Vocabulary.IsInside))
        {
            cancellationToken.ThrowIfCancellationRequested();
            long[] ids = [_tokenizer.Vocabulary.Start, .. prefix, .. tokens[start..(start + length)], _tokenizer.Vocabulary.End];
            var vector = Unit(_session.Run(ids, Pooled));
            if (length == tokens.Count)
            {
                return vector;
            }

            TensorPrimitives.MultiplyAdd(vector, (float)length, sum, sum);
        }

        return Unit(sum);
    }

    private float[] Pooled(ReadOnlySpan<float> tokens)
    {
        var vector = tokens[.._model.Dimension].ToArray();
        if (_model.Pooling == Pooling.Mean)
        {
            // Unit length is made of the sum: dividing by the number of tokens would change nothing.
            for (var at = _model.Dimension; at < tokens.Length; at += _model.Dimension)
            {
                TensorPrimitives.Add(vector, tokens.Slice(at, _model.Dimension), vector);
            }
        }

        return vector;
    }

    private float[] Unit(float[] vector)
    {
        var squares = 0.0;
        foreach (var value in vector)
        {
            squares += (double)value * value;
        }

        var norm = Math.Sqrt(squares);
        if (!double.IsFinite(norm) || norm == 0)
        {
            throw new EmbeddingRequestException(RequestFault.Refused, $"{_model.Name} makes a vector that is not finite numbers, or is all zero: its file {_model.ModelFile} is damaged, or of another kind.");
        }

        for (var slot = 0; slot < vector.Length; slot++)
        {
            vector[slot] = (float)(vector[slot] / norm);
        }

        return vector;
    }
}
