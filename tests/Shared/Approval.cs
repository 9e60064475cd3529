using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace EmbSync.Tests;

/// <summary>
/// The only place that knows the snapshot library (Shouldly here; docs/dependencies.md says how Verify.Xunit takes its place).
/// Files are named as Verify names them: <c>Class.Method.verified.txt</c> beside the test, in <c>approved/</c>.
/// </summary>
internal static partial class Approval
{
    /// <summary>Compares with the approved file; a difference fails, prints itself and the command that accepts it.</summary>
    public static void Verify(
        string received, string? name = null, [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        var scrubbed = Scrub(received);
        var folder = Path.Combine(Path.GetDirectoryName(file)!, "approved");
        var stem = Path.GetFileNameWithoutExtension(file) + "." + (name ?? method);
        var approved = Path.Combine(folder, stem + ".verified.txt");
        var fresh = Path.Combine(folder, stem + ".received.txt");
        var expected = File.Exists(approved) ? File.ReadAllText(approved).ReplaceLineEndings("\n") : null;
        if (expected == scrubbed)
        {
            File.Delete(fresh);
            return;
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(fresh, scrubbed);
        var accept = $"To accept: mv '{fresh}' '{approved}'";
        scrubbed.ShouldBe(expected ?? "(no approved snapshot yet)", accept);
    }

    /// <summary>Takes out what differs from machine to machine: temporary paths, ports, times, durations, versions.</summary>
    public static string Scrub(string text)
    {
        var result = text.ReplaceLineEndings("\n");
        result = TemporaryPath.Replace(result, "{temp}");
        result = Timestamp().Replace(result, "{time}");
        result = Port().Replace(result, "$1:{port}");
        result = Duration().Replace(result, "{duration}");
        return result;
    }

    /// <summary>Wherever this machine has its temporary folder.</summary>
    private static readonly Regex TemporaryPath = new(
        $@"{Regex.Escape(Path.TrimEndingDirectorySeparator(Path.GetTempPath()))}/embsync-[A-Za-z0-9_.-]+");

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")]
    private static partial Regex Timestamp();

    [GeneratedRegex(@"\b(127\.0\.0\.1|localhost):\d+")]
    private static partial Regex Port();

    [GeneratedRegex(@"\b\d+(\.\d+)? ?(ms|s)\b|(?<=""seconds"": )\d+(\.\d+)?")]
    private static partial Regex Duration();
}
