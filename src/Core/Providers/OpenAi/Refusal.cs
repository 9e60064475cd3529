namespace EmbSync.Core.Providers.OpenAi;

/// <summary>What a refusal is about.</summary>
internal enum RefusalKind
{
    /// <summary>The key is missing, wrong or not allowed to do this.</summary>
    Key,

    /// <summary>The key is right and may not use this model.</summary>
    Permission,

    /// <summary>The account can't pay, or has used up what it may have.</summary>
    Quota,

    /// <summary>No such model there.</summary>
    Model,

    /// <summary>No such model, or no such address: the server doesn't say which.</summary>
    NotFound,

    /// <summary>The address is none of an embeddings API.</summary>
    Address,

    /// <summary>Another address.</summary>
    Redirect,

    /// <summary>The server or its model makes no such vectors as it is started.</summary>
    Unsuited,

    /// <summary>Fields that were sent are not taken, or not with their values.</summary>
    Fields,

    /// <summary>Fields that were not sent are wanted.</summary>
    Missing,

    /// <summary>A text is too long.</summary>
    TextTooLong,

    /// <summary>A text is refused for what it says.</summary>
    Text,

    TooManyInputs,

    TooManyTokens,

    /// <summary>Too many bytes, or something else that has to do with size.</summary>
    TooLarge,

    RateLimited,

    /// <summary>The server's trouble, which may pass.</summary>
    Trouble,

    /// <summary>A refusal whose words say nothing: of a text, of the number of texts, or of the request's shape.</summary>
    Unclear,
}

/// <param name="Fields">With <see cref="RefusalKind.Fields"/> and <see cref="RefusalKind.Missing"/>: their names.</param>
/// <param name="Limit">Inputs or tokens a request, as the server names them; null where it doesn't.</param>
/// <param name="TextIndex">Place of the text, from 0, as the server names it; null where it doesn't.</param>
internal sealed record Refusal(RefusalKind Kind, IReadOnlyList<string> Fields, int? Limit = null, int? TextIndex = null)
{
    /// <summary>The value is wrong, not the field: a server that takes the field at all.</summary>
    public bool IsOfValue { get; init; }

    public static Refusal Of(RefusalKind kind) => new(kind, []);
}

/// <summary>What was sent, as far as a refusal may speak of it.</summary>
/// <param name="Extra">Names of further fields.</param>
/// <param name="Texts">How many.</param>
internal sealed record Sent(RequestShape Shape, IReadOnlyList<string> Extra, int Texts);
