namespace EmbSync.Core.Documents;

/// <summary>
/// Where a Markdown text holds code: fences, indented lines behind an empty one, and spans between backticks. Found by lines, without a
/// parser.
/// </summary>
internal sealed class CodeRanges
{
    private readonly List<(int Start, int End)> ranges = [];

    public static CodeRanges Of(string text)
    {
        var found = new CodeRanges();
        var fence = default(Fence);
        var start = 0;
        var paragraph = 0;
        var wasEmpty = true;
        for (var at = 0; at <= text.Length;)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var next ? next : text.Length;
            var line = text.AsSpan(at, end - at);
            var before = fence;
            fence = fence.After(line);
            if (fence.IsOpen && !before.IsOpen)
            {
                found.Spans(text, paragraph, at);
                start = at;
            }
            else if (before.IsOpen && !fence.IsOpen)
            {
                found.ranges.Add((start, end));
                paragraph = end;
            }
            else if (!fence.IsOpen && (line.IsWhiteSpace() || (wasEmpty && (line.StartsWith("    ") || line.StartsWith("\t")))))
            {
                found.Spans(text, paragraph, at);
                paragraph = end;
                if (!line.IsWhiteSpace())
                {
                    found.ranges.Add((at, end));
                    at = end + 1;
                    continue;
                }
            }

            wasEmpty = line.IsWhiteSpace();
            at = end + 1;
        }

        if (fence.IsOpen)
        {
            found.ranges.Add((start, text.Length));
        }
        else
        {
            found.Spans(text, paragraph, text.Length);
        }

        return found;
    }

    public bool Contains(int offset)
    {
        var (low, high) = (0, ranges.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (offset < ranges[middle].Start)
            {
                high = middle - 1;
            }
            else if (offset >= ranges[middle].End)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Spans within one paragraph: a run of backticks up to the next run as long.</summary>
    private void Spans(string text, int start, int end)
    {
        var runs = new List<(int At, int Length)>();
        for (var at = start; at < end;)
        {
            var found = text.AsSpan(at, end - at).IndexOf('`');
            if (found < 0)
            {
                break;
            }

            at += found;
            var length = text.AsSpan(at, end - at).IndexOfAnyExcept('`') is >= 0 and var other ? other : end - at;
            runs.Add((at, length));
            at += length;
        }

        // For each run the next one as long, from behind, so that unclosed ones cost nothing.
        var next = new Dictionary<int, int>();
        var closing = new int[runs.Count];
        for (var i = runs.Count - 1; i >= 0; i--)
        {
            closing[i] = next.GetValueOrDefault(runs[i].Length, -1);
            next[runs[i].Length] = i;
        }

        for (var i = 0; i < runs.Count; i++)
        {
            if (closing[i] >= 0)
            {
                ranges.Add((runs[i].At, runs[closing[i]].At + runs[closing[i]].Length));
                i = closing[i];
            }
        }
    }
}
