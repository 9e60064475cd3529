using System.Globalization;
using System.Text;

namespace EmbSync.Bench;

/// <summary>Generated tasks that read like real ones: front matter, headings, lists, code; the same for the same seed.</summary>
internal static class TaskGenerator
{
    private static readonly string[] Words =
        ("retry request embedding vector index cursor batch token budget latency commit branch merge rebase search query schema table column row "
        + "worker queue lease lock writer reader cache store provider model dimension chunk heading paragraph document task status priority label "
        + "deploy release build test failure timeout network socket buffer stream parser encoder decoder header payload signature secret key user team").Split(' ');

    public static void Write(string folder, int count, int seed)
    {
        for (var i = 0; i < count; i++)
        {
            var path = PathOf(folder, i);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, Task(i, seed, revision: 0));
        }
    }

    /// <summary>Edits one paragraph of every <paramref name="step"/>-th task.</summary>
    public static int Edit(string folder, int count, int step, int seed)
    {
        var edited = 0;
        for (var i = 0; i < count; i += step)
        {
            File.WriteAllText(PathOf(folder, i), Task(i, seed, revision: 1));
            edited++;
        }

        return edited;
    }

    private static string PathOf(string folder, int i) =>
        Path.Combine(folder, "tasks", string.Create(CultureInfo.InvariantCulture, $"area{i % 20:00}"), $"t{i:00000}.md");

    private static string Task(int number, int seed, int revision)
    {
        var random = new Random((seed * 1_000_003) + number);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"---\nid: T-{number}\ntitle: {Sentence(random, 6)}\nstatus: {(number % 3 == 0 ? "done" : "open")}\npriority: {number % 4}\nlabels: [{Words[number % 7]}, {Words[number % 11]}]\n---\n\n");
        var sections = 2 + random.Next(4);
        for (var s = 0; s < sections; s++)
        {
            text.Append("## ").Append(Sentence(random, 4)).Append("\n\n");
            for (var p = 0; p < 2; p++)
            {
                text.Append(Sentence(random, 30 + random.Next(50))).Append(".\n\n");
            }

            text.Append("- [ ] ").Append(Sentence(random, 8)).Append("\n- [x] ").Append(Sentence(random, 8)).Append("\n\n");
        }

        return revision == 0 ? text.ToString() : text.Append("Edited in revision ").Append(revision).Append(": ")
            .Append(Sentence(new Random(number), 20)).Append(".\n").ToString();
    }

    private static string Sentence(Random random, int words) =>
        string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[random.Next(Words.Length)]));
}
