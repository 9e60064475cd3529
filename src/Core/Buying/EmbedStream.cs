using EmbSync.Core.Providers;

namespace EmbSync.Core.Buying;

/// <summary>Sends inputs and brings back answers; the request governor in production.</summary>
public delegate IAsyncEnumerable<EmbedAnswer> EmbedStream(IAsyncEnumerable<EmbedInput> inputs, CancellationToken cancellationToken);
