using EmbSync.Core.Configuration;

namespace EmbSync.Core.Sources.Rows;

/// <summary>The text of a row out of its columns or members.</summary>
internal static class TextTemplate
{
    /// <param name="values">In the order of <paramref name="names"/>; null where a row has none.</param>
    /// <param name="template">Null: the values that aren't blank, an empty line between.</param>
    public static string Fill(string? template, IReadOnlyList<string> names, IReadOnlyList<string?> values)
    {
        if (template is null)
        {
            return string.Join("\n\n", values.Where(value => !string.IsNullOrWhiteSpace(value)));
        }

        // A template without any value is only its own words: nothing to embed.
        return values.All(string.IsNullOrWhiteSpace) ? "" : RowSourcesReader.Places().Replace(template, place => place.Value switch
        {
            "{{" => "{",
            "}}" => "}",
            _ => values[IndexOf(names, place.Groups[1].Value)] ?? "",
        });
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        throw new ArgumentException($"the template names '{name}', which was not read", nameof(name));
    }
}
