using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace EmbSync.Core.Reporting.Html;

/// <summary>
/// The page as one file that asks nothing of anybody: a content security policy lets exactly its own style and scripts run, by their
/// hashes. Text from
/// outside is data in a script element that isn't run, with every <c>&lt;</c> escaped, and the scripts show it as text.
/// </summary>
internal static partial class HtmlPage
{
    private static readonly PageJsonContext Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // Escapes what could end or begin an element; letters of all scripts stay as they are.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    });

    /// <param name="redact">Takes secrets out of the data.</param>
    public static string Of(PageData data, Func<string, string> redact)
    {
        var style = Resource("report.css");
        var script = string.Concat(
            new[] { "report.js", "tables.js", "charts.js", "map.js", "mapcontrols.js", "start.js" }.Select(Resource));
        var json = redact(JsonSerializer.Serialize(data, Json.PageData));
        return Place().Replace(Resource("report.html"), place => place.Groups["name"].Value switch
        {
            "policy" => $"default-src 'none'; style-src '{Hash(style)}'; script-src '{Hash(script)}'; base-uri 'none'; form-action 'none'",
            "title" => WebUtility.HtmlEncode(redact(data.Project)),
            "style" => style,
            "data" => json,
            "script" => script,
            var name => throw new InvalidOperationException($"the page has no {name}"),
        });
    }

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Resource(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream("EmbSync.Core.Reporting.Html." + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);

        // Browsers hash what they parse, in which every line ends alike.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"\{\{(?<name>[a-z]+)\}\}")]
    private static partial Regex Place();
}

[JsonSerializable(typeof(PageData))]
internal sealed partial class PageJsonContext : JsonSerializerContext;
