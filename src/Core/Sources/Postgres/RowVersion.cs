namespace EmbSync.Core.Sources.Postgres;

/// <summary>
/// Version of a row: <c>STAMP HASH</c>. The stamp is <c>x</c>, the server's system identifier, the table's number and the row's
/// <c>xmin</c>, divided by
/// dots: it changes with each update and says nothing on another server or after a restore. The hash is that of the raw row. Either one
/// equal: the row is the same.
/// </summary>
internal static class RowVersion
{
    public static string Of(string stamp, string hash) => $"{stamp} {hash}";

    public static string StampOf(string version) => version.IndexOf(' ', StringComparison.Ordinal) is > 0 and var at ? version[..at] : "";

    public static string HashOf(string version) => version[(version.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    public static bool HasStamp(string version, string stamp) => stamp != RowQuery.NoStamp
        && version.Length > stamp.Length && version[stamp.Length] == ' ' && version.StartsWith(stamp, StringComparison.Ordinal);
}
