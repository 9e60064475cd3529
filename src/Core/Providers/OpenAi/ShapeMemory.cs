using EmbSync.Core.Configuration;

namespace EmbSync.Core.Providers.OpenAi;

/// <summary>
/// The form of request that the server takes, as far as it is known: learned from refusals, for as long as the provider lives, and each
/// lesson
/// said once. What the configuration settles is not learned. No form is tried twice, so lessons are few.
/// </summary>
internal sealed class ShapeMemory
{
    private readonly EmbeddingsConfig _config;
    private readonly string _endpoint;
    private readonly IProgress<string>? _notices;
    private readonly bool _isKnown;
    private readonly Lock _lock = new();
    private readonly List<string> _learned = [];
    private readonly HashSet<RequestShape> _tried = [];
    private RequestShape _shape;
    private bool _isProven;
    private bool _isPlainTried;

    /// <param name="isKnown">The server is OpenAI's or Azure's own: a refusal there is not of a field that they define.</param>
    public ShapeMemory(EmbeddingsConfig config, string endpoint, bool isKnown, IProgress<string>? notices)
    {
        _config = config;
        _endpoint = endpoint;
        _isKnown = isKnown;
        _notices = notices;
        _shape = new(
            config.Request.NamesDimension ?? !config.Model.StartsWith("text-embedding-ada-002", StringComparison.OrdinalIgnoreCase),
            config.Request.Encoding ?? VectorEncoding.Base64);
        _tried.Add(_shape);
    }

    public RequestShape Shape
    {
        get
        {
            lock (_lock)
            {
                return _shape;
            }
        }
    }

    /// <summary>What was learned, a line each.</summary>
    public IReadOnlyList<string> Learned
    {
        get
        {
            lock (_lock)
            {
                return [.. _learned];
            }
        }
    }

    /// <summary>A server whose form of request nobody knows yet.</summary>
    public bool IsLearning
    {
        get
        {
            lock (_lock)
            {
                return !_isKnown && !_isProven;
            }
        }
    }

    /// <summary>An answer came for that shape.</summary>
    public void Prove(RequestShape shape)
    {
        lock (_lock)
        {
            _isProven = true;
            if (shape == _shape)
            {
                return;
            }
        }

        // Only the plain form is sent beside the one in use.
        if (shape == Plain)
        {
            Change(shape, "refuses requests without saying which field it doesn't take: sent with model and input only");
        }
    }

    /// <returns>There is another shape to try; null: the refusal stands.</returns>
    public bool Learn(RequestShape sent, Refusal refusal)
    {
        if (Shape != sent)
        {
            // Another request met the same refusal and learned from it.
            return true;
        }

        var next = sent;
        var lessons = new List<string>();
        foreach (var field in refusal.Fields)
        {
            switch (field)
            {
                case RequestShape.Dimensions when refusal.Kind == RefusalKind.Fields && sent.NamesDimension
                    && _config.Request.NamesDimension is null && !(refusal.IsOfValue && MakesAnyDimension):
                    next = next with { NamesDimension = false };
                    lessons.Add("refuses the field 'dimensions': sent without it, and the length that comes is checked (embeddings.request.dimensions: omit)");
                    break;
                case RequestShape.EncodingFormat when refusal.Kind == RefusalKind.Fields && sent.Encoding == VectorEncoding.Base64
                    && _config.Request.Encoding is null:
                    next = next with { Encoding = refusal.IsOfValue ? VectorEncoding.Float : VectorEncoding.Unsaid };
                    lessons.Add("refuses base64: asked for numbers (embeddings.request.encoding: float)");
                    break;
                case RequestShape.EncodingFormat when refusal.Kind == RefusalKind.Fields && sent.Encoding == VectorEncoding.Float:
                    next = next with { Encoding = VectorEncoding.Unsaid };
                    lessons.Add("refuses the field 'encoding_format': sent without it");
                    break;
                case RequestShape.Dimensions when refusal.Kind == RefusalKind.Missing && _config.Request.NamesDimension is null:
                    next = next with { NamesDimension = true };
                    lessons.Add("wants the field 'dimensions': sent with it (embeddings.request.dimensions: send)");
                    break;
                case RequestShape.EncodingFormat when refusal.Kind == RefusalKind.Missing:
                    next = next with { Encoding = VectorEncoding.Float };
                    lessons.Add("wants the field 'encoding_format': asked for numbers (embeddings.request.encoding: float)");
                    break;
                default:
                    // A field of the configuration's, or one that the server wants: nobody here knows its value.
                    return false;
            }
        }

        return next != sent && Change(next, string.Join("; ", lessons), sent);
    }

    /// <summary>
    /// A text was refused and nothing says why, before anything was ever answered: once, it is worth a try with model and input alone.
    /// </summary>
    public bool MayTryPlain(RequestShape sent)
    {
        lock (_lock)
        {
            if (_isKnown || _isProven || _isPlainTried || Plain == sent)
            {
                return false;
            }

            _isPlainTried = true;
            return true;
        }
    }

    /// <summary>
    /// Model and texts, and what the configuration insists on. A model that is made to be shortened is still told how far: else its vector
    /// would
    /// be paid for and of no use.
    /// </summary>
    public RequestShape Plain =>
        new(_config.Request.NamesDimension ?? MakesAnyDimension, _config.Request.Encoding ?? VectorEncoding.Unsaid);

    /// <summary>OpenAI's third generation is made to be shortened: a refusal of the number means the number itself.</summary>
    private bool MakesAnyDimension => _config.Model.StartsWith("text-embedding-3-", StringComparison.OrdinalIgnoreCase);

    private bool Change(RequestShape shape, string lesson, RequestShape? from = null)
    {
        lock (_lock)
        {
            if (from is not null && _shape != from)
            {
                return true;
            }

            // No shape is tried twice: a server that wants what it refuses is not argued with.
            if (!_tried.Add(shape))
            {
                return false;
            }

            _shape = shape;
            _learned.Add($"{_endpoint} {lesson}");
        }

        _notices?.Report($"{_endpoint} {lesson}.");
        return true;
    }
}
