namespace EmbSync.Core.Model;

/// <summary>Codes of what can be wrong with one item. Stable: people filter and suppress by them.</summary>
public static class ProblemCodes
{
    // Drift, as the MSBuild package and annotations report it.
    public const string Missing = "EMB1001";
    public const string Stale = "EMB1002";
    public const string Orphaned = "EMB1003";

    // Details of a document that cost a warning, never the item.
    public const string FrontMatterTooDeep = "EMB1101";
    public const string FrontMatterAlias = "EMB1102";
    public const string FrontMatterInvalid = "EMB1103";
    public const string NestedTooDeep = "EMB1104";
    public const string ConflictMarkers = "EMB1108";
    public const string NotText = "EMB1115";
    public const string OtherEncoding = "EMB1116";
    public const string ManyChunks = "EMB1117";

    // A detail of a row, likewise.
    public const string UnreadableOrder = "EMB1118";

    // A warning of a source: status --check minds it.
    public const string NoMatch = "EMB1119";

    // A warning for files, which go by their paths then; rows with these are blocked.
    public const string DuplicateId = "EMB1107";
    public const string InvalidId = "EMB1112";

    // Input that can't be used: the item is blocked.
    public const string TooLarge = "EMB1105";
    public const string NotUtf8 = "EMB1106";
    public const string OutsideRoot = "EMB1109";
    public const string Unreadable = "EMB1110";
    public const string LfsPointer = "EMB1111";
    public const string InvalidJson = "EMB1113";
    public const string InvalidField = "EMB1114";

    // What a provider said of one text.
    public const string InputRefused = "EMB1201";
    public const string BadVector = "EMB1202";
    public const string ProviderFailed = "EMB1203";

    /// <summary>Those of single items, which people may know and accept.</summary>
    public static IReadOnlyList<string> Acceptable { get; } =
    [
        FrontMatterTooDeep, FrontMatterAlias, FrontMatterInvalid, NestedTooDeep, TooLarge, NotUtf8, DuplicateId, ConflictMarkers,
            OutsideRoot, Unreadable, LfsPointer, InvalidId,
        InvalidJson, InvalidField, NotText, OtherEncoding, ManyChunks, UnreadableOrder, NoMatch, InputRefused, BadVector, ProviderFailed,
    ];
}
