using System.Text;
using EmbSync.Core.Model;

namespace EmbSync.Core.Documents;

/// <summary>What an unfinished merge leaves behind.</summary>
internal static class ConflictMarkers
{
    /// <summary>
    /// The text without the lines that mark a conflict (empty lines in their place) and with both sides of it:
    /// <c>&lt;&lt;&lt;&lt;&lt;&lt;&lt; </c>,
    /// <c>=======</c> and <c>&gt;&gt;&gt;&gt;&gt;&gt;&gt; </c> at line starts, in this order. One that begins inside a fenced block is an
    /// example, not a
    /// conflict.
    /// </summary>
    public static string TakeOut(string text, List<ItemWarning> warnings)
    {
        var marks = text.Contains("<<<<<<< ", StringComparison.Ordinal) ? Find(text) : [];
        if (marks.Count == 0)
        {
            return text;
        }

        warnings.Add(new(ProblemCodes.ConflictMarkers, marks.Min(),
            "The file holds conflict markers of an unfinished merge: both sides are embedded, without the markers. Resolve the conflict."));
        var result = new StringBuilder(text.Length);
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            result.Append(number == 0 ? "" : "\n").Append(marks.Contains(++number) ? default : text.AsSpan(range));
        }

        return result.ToString();
    }

    /// <summary>Lines, from 1, that are marks of whole conflicts.</summary>
    private static HashSet<int> Find(string text)
    {
        var found = new HashSet<int>();
        var open = new List<int>();
        var number = 0;
        int? start = null;
        var separated = false;
        var fence = default(Fence);
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range);
            number++;
            if (start is null)
            {
                fence = fence.After(line);
            }

            if ((start is not null || !fence.IsOpen) && line.StartsWith("<<<<<<< ", StringComparison.Ordinal))
            {
                start ??= number;
                open.Add(number);
            }
            else if (start is not null && (line is "=======" || line.StartsWith("||||||| ", StringComparison.Ordinal)))
            {
                separated |= line[0] == '=';
                open.Add(number);
            }
            else if (separated && line.StartsWith(">>>>>>> ", StringComparison.Ordinal))
            {
                found.UnionWith([.. open, number]);
                open.Clear();
                (start, separated) = (null, false);
            }
        }

        return found;
    }
}
