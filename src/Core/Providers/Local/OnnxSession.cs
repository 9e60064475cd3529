#pragma warning disable RS0030 // The one file that talks to OnnxRuntime.
using EmbSync.Core.Model;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EmbSync.Core.Providers.Local;

/// <summary>Makes a text's vector of those of its tokens.</summary>
/// <param name="tokens">Row by row, each of the model's dimension.</param>
internal delegate T PoolTokens<out T>(ReadOnlySpan<float> tokens);

/// <summary>
/// A loaded model. One text a run: in a batch, quantised activations would depend on the other texts. Each run works on its caller's thread
/// alone; several may run at once.
/// </summary>
internal sealed class OnnxSession : IDisposable
{
    private const string Ids = "input_ids", Mask = "attention_mask", Types = "token_type_ids", TokenVectors = "last_hidden_state";
    private const string Expected = "expected an ONNX model of the BERT family: inputs input_ids, attention_mask and token_type_ids of 64-bit whole numbers [batch, tokens], "
        + "output last_hidden_state of floats [batch, tokens, dimension]";

    private readonly InferenceSession _session;
    private readonly RunOptions _options;
    private readonly string[] _inputs;
    private readonly string[] _output;
    private readonly string _file;
    private readonly int _dimension;

    /// <exception cref="UsageException">The library or the model can't be loaded, or the model is of another kind.</exception>
    public OnnxSession(string file, int dimension)
    {
        (_file, _dimension) = (file, dimension);
        try
        {
            Quieten();
            using var options = Options();
            _session = new(file, options);
            _options = new();
        }
        catch (Exception caught) when (caught is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new UsageException($"OnnxRuntime's library can't be loaded, so no local model runs here: {Innermost(caught).Message}. {BundledModel.Missing().Message}", caught);
        }
        catch (OnnxRuntimeException caught)
        {
            throw new UsageException($"{file} can't be loaded as a model: {caught.Message}; {Expected}", caught);
        }

        _inputs = [.. _session.InputMetadata.Keys];
        try
        {
            _output = [OutputOf(file)];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <param name="ids">Of one text, with the pieces around it.</param>
    /// <exception cref="EmbeddingRequestException">The model can't run on them.</exception>
    public T Run<T>(long[] ids, PoolTokens<T> pool)
    {
        var mask = new long[ids.Length];
        Array.Fill(mask, 1);
        long[] types = Array.Exists(_inputs, input => input == Types) ? new long[ids.Length] : [];
        var inputs = new List<OrtValue>(_inputs.Length);
        try
        {
            foreach (var input in _inputs)
            {
                inputs.Add(OrtValue.CreateTensorValueFromMemory(input switch { Ids => ids, Mask => mask, _ => types }, [1, ids.Length]));
            }

            using var outputs = _session.Run(_options, _inputs, inputs, _output);
            var shape = outputs[0].GetTensorTypeAndShape().Shape;
            return shape is [1, var tokens, var dimension] && tokens == ids.Length && dimension == _dimension
                ? pool(outputs[0].GetTensorDataAsSpan<float>())
                : throw new EmbeddingRequestException(RequestFault.Refused,
                    $"{_file} answers {_output[0]} of the shape [{string.Join(", ", shape)}] for {ids.Length} tokens, not [1, {ids.Length}, {_dimension}]: check embeddings.dimension");
        }
        catch (OnnxRuntimeException caught)
        {
            throw new EmbeddingRequestException(RequestFault.Refused,
                $"{_file} can't run on {ids.Length} tokens: {caught.Message}. Check embeddings.local.window, and that vocab.txt is the model's own", caught);
        }
        finally
        {
            inputs.ForEach(input => input.Dispose());
        }
    }

    public void Dispose()
    {
        _options?.Dispose();
        _session.Dispose();
    }

    /// <summary>It would write to stderr what only its makers can use, and report to its makers on Windows.</summary>
    private static void Quieten()
    {
        if (!OrtEnv.IsCreated)
        {
            var options = new EnvironmentCreationOptions { logId = "embsync", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
#pragma warning disable CA2000 // The one of the process, freed at its end.
            OrtEnv.CreateInstanceWithOptions(ref options).DisableTelemetryEvents();
#pragma warning restore CA2000
        }
    }

    private static SessionOptions Options() => new()
    {
        IntraOpNumThreads = 1,
        InterOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };

    private string OutputOf(string file)
    {
        foreach (var (name, input) in _session.InputMetadata)
        {
            if (name is not (Ids or Mask or Types) || input.ElementDataType != TensorElementType.Int64)
            {
                throw new UsageException($"{file} takes {name} of {input.ElementDataType}; {Expected}");
            }
        }

        var outputs = _session.OutputMetadata;
        var found = outputs.ContainsKey(TokenVectors) ? TokenVectors
            : outputs.FirstOrDefault(output => output.Value.Dimensions is { Length: 3 }).Key;
        if (found is null || !_session.InputMetadata.ContainsKey(Ids) || outputs[found].ElementDataType != TensorElementType.Float)
        {
            throw new UsageException($"{file} answers {string.Join(", ", outputs.Select(output => $"{output.Key} of {output.Value.ElementDataType} [{string.Join(", ", output.Value.Dimensions)}]"))}; {Expected}");
        }

        // Below 1 where it is only known when it runs.
        return outputs[found].Dimensions[^1] is var dimension && (dimension < 1 || dimension == _dimension)
            ? found
            : throw new UsageException(
                $"{file} makes vectors of {dimension} dimensions, not {_dimension}: set embeddings.dimension to {dimension}");
    }

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
