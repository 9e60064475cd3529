namespace EmbSync.Core.Storage;

/// <summary>The database that a store is in, so that a source in the same one can be compared there.</summary>
/// <param name="Identity">Of server and database, whatever address leads there.</param>
/// <param name="Schema">Quoted.</param>
public sealed record StoreHome(string Identity, string Schema);
