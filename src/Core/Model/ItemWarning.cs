namespace EmbSync.Core.Model;

/// <summary>
/// A detail of an item that could not be taken as it stands. The item is embedded all the same, and no exit code changes.
/// </summary>
/// <param name="Code">EMB1xxx, see <see cref="ProblemCodes"/>.</param>
/// <param name="Line">Of the file, from 1; null where no line is to blame.</param>
/// <param name="Message">What is wrong, what was done instead, and what mends it.</param>
public sealed record ItemWarning(string Code, int? Line, string Message);
