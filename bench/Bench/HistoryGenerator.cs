using System.Diagnostics;
using System.Globalization;

namespace EmbSync.Bench;

/// <summary>A history of tasks as a team works on them: mostly states and boxes, some words, now and then a move or a step back.</summary>
internal static class HistoryGenerator
{
    private const int Tasks = 200;

    public static void Write(string folder, int commits, int seed)
    {
        var random = new Random(seed);
        Directory.CreateDirectory(folder);
        Git(folder, "init", "-q", "-b", "main");
        TaskGenerator.Write(folder, Tasks, seed);
        Commit(folder, "import");
        for (var i = 0; i < commits; i++)
        {
            var files = Directory.GetFiles(Path.Combine(folder, "tasks"), "*.md", SearchOption.AllDirectories).Order(
                StringComparer.Ordinal).ToArray();
            var file = files[random.Next(files.Length)];
            var text = File.ReadAllText(file);
            switch (random.Next(100))
            {
                case < 40:
                    File.WriteAllText(file, text.Contains("status: open", StringComparison.Ordinal)
                        ? text.Replace("status: open", "status: done", StringComparison.Ordinal)
                        : text.Replace("status: done", "status: open", StringComparison.Ordinal));
                    break;
                case < 60:
                    File.WriteAllText(file, text.Contains("- [ ]", StringComparison.Ordinal)
                        ? text.Replace("- [ ]", "- [x]", StringComparison.Ordinal)
                        : text.Replace("- [x]", "- [ ]", StringComparison.Ordinal));
                    break;
                case < 70:
                    File.Move(file, Path.Combine(
                        Path.GetDirectoryName(file)!, string.Create(CultureInfo.InvariantCulture, $"moved{i}.md")));
                    break;
                case < 90:
                    var paragraphs = text.Split("\n\n");
                    var at = 1 + random.Next(paragraphs.Length - 1);
                    paragraphs[at] += string.Create(CultureInfo.InvariantCulture, $" And then edit {i} of it.");
                    File.WriteAllText(file, string.Join("\n\n", paragraphs));
                    break;
                case < 95 when i > 0:
                    // Of the last commit: nothing was built on it, so that it reverts cleanly.
                    Git(folder, "revert", "--no-edit", "HEAD");
                    continue;
                default:
                    File.WriteAllText(Path.Combine(folder, "tasks", string.Create(CultureInfo.InvariantCulture, $"new{i}.md")),
                        string.Create(CultureInfo.InvariantCulture, $"---\nid: N-{i}\ntitle: New task {i}\nstatus: open\n---\n\nSomething new, number {i}, that nobody wrote before.\n\n- [ ] look at it\n"));
                    break;
            }

            Commit(folder, string.Create(CultureInfo.InvariantCulture, $"step {i}"));
        }
    }

    private static void Commit(string folder, string message)
    {
        Git(folder, "add", "-A");
        Git(folder, "commit", "-q", "--allow-empty", "-m", message);
    }

    private static void Git(string folder, params string[] arguments)
    {
        using var git = Process.Start("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.org", .. arguments]);
        git.WaitForExit();
        if (git.ExitCode != 0)
        {
            throw new InvalidOperationException($"git {arguments[0]} ended with {git.ExitCode.ToString(CultureInfo.InvariantCulture)}");
        }
    }
}
