using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Buying;

/// <summary>An item with its text, ready to be written.</summary>
internal readonly record struct Written(PlannedItem Planned, Item Item);
