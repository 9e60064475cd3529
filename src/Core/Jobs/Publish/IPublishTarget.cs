namespace EmbSync.Core.Jobs.Publish;

/// <summary>Where people want vectors beside embsync's own view: columns of their table, or a table of its own.</summary>
internal interface IPublishTarget : IAsyncDisposable
{
    /// <summary>For people: table and columns.</summary>
    string Description { get; }

    /// <summary>Spaces whose vectors it takes, in the order that <see cref="WriteAsync"/> expects them.</summary>
    IReadOnlyList<string> Spaces { get; }

    /// <summary>Finds names in the catalog, and refuses what isn't there or can't take the vectors. Reads only.</summary>
    /// <param name="dimensions">Of each space.</param>
    /// <exception cref="Model.UsageException">What is missing, and how to make it.</exception>
    Task CheckAsync(IReadOnlyList<int> dimensions, CancellationToken cancellationToken);

    /// <summary>Those of the rows that are there and don't show the hash yet.</summary>
    Task<IReadOnlySet<string>> DueAsync(IReadOnlyList<PublishedRow> rows, CancellationToken cancellationToken);

    /// <summary>One transaction; doing it twice is doing it once. Answers how many rows were written.</summary>
    Task<int> WriteAsync(IReadOnlyList<PublishedRow> rows, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Ids that show a vector of this source.</summary>
    IAsyncEnumerable<string> PublishedAsync(CancellationToken cancellationToken);

    /// <summary>Takes vectors away from rows that are out of the source. Answers how many rows that were.</summary>
    Task<int> WithdrawAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken);
}

/// <param name="Hash">Of what was embedded: the chunk's, or of several the digest; 64 hexadecimal digits.</param>
/// <param name="Vectors">One for each space; empty where only the hash is asked about.</param>
internal sealed record PublishedRow(string Id, string Hash, IReadOnlyList<float[]> Vectors);
