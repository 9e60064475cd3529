using EmbSync.Tests;

namespace EmbSync.Core.Tests.Sync;

/// <summary>Commits, branches, merges and a dirty work tree, chosen at random. Some files claim the id of another, or its path.</summary>
internal sealed class TaskHistory(TempRepository repository, Random random)
{
    private readonly List<string> _branches = ["main"];
    private int _next;

    public void Commits(int count)
    {
        for (var i = 0; i < count; i++)
        {
            // Whatever is dirty goes in or is thrown away first: git refuses to change branches over it.
            if (random.Next(2) == 0)
            {
                repository.Git("reset", "--hard", "--quiet");
                repository.Git("clean", "-fdq");
            }

            Edit(1 + random.Next(3));
            repository.Commit($"change {_next}");
            switch (random.Next(5))
            {
                case 0:
                    var branch = $"b{_branches.Count}";
                    repository.Git("checkout", "--quiet", "-b", branch);
                    _branches.Add(branch);
                    break;
                case 1:
                    repository.Git("checkout", "--quiet", Any(_branches));
                    break;
                case 2 when _branches.Count > 1:
                    Merge(Any(_branches));
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Edits that stay in the work tree; some are staged.</summary>
    public void Dirty(int count)
    {
        Edit(count);
        if (count > 0 && random.Next(3) == 0)
        {
            repository.Git("add", "--all");
            Edit(1);
        }
    }

    /// <summary>A branch, a tag-like id, or something relative to HEAD.</summary>
    public string AnyRef()
    {
        var commits = repository.Git("rev-list", "--all").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return random.Next(3) == 0 ? Any(_branches) : random.Next(3) == 0 ? "HEAD" : Any(commits);
    }

    private void Edit(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var files = Files();
            switch (files.Count < 4 ? 0 : random.Next(9))
            {
                case 0 or 1:
                    Write($"tasks/{(random.Next(2) == 0 ? "" : "deep/")}t{_next}.md", $"T-{_next}");
                    break;
                case 2 or 3:
                    var edited = Any(files);
                    File.AppendAllText(edited, $"\nmore {random.Next(1000)}\n");
                    break;
                case 4:
                    File.Delete(Any(files));
                    break;
                case 5:
                    var twin = File.ReadLines(Any(files)).Skip(1).First()["id: ".Length..];
                    Write($"tasks/{(random.Next(2) == 0 ? "archive" : "a")}/t{_next}.md",
                        random.Next(4) == 0 ? Path.GetRelativePath(repository.Path, Any(files)).Replace('\\', '/') : twin);
                    break;
                case 6:
                    var claimant = Any(files);
                    File.WriteAllText(claimant, string.Join('\n', File.ReadAllLines(claimant)
                        .Select((line, i) => i == 1 ? $"id: T-{random.Next(_next)}" : line)) + "\n");
                    break;
                case 7:
                    File.Move(Any(files), Path.Combine(repository.Path, "tasks", $"moved{_next++}.md"));
                    break;
                default:
                    var target = Any(files);
                    File.WriteAllText(target, File.ReadAllText(target).Replace("status: open", "status: done", StringComparison.Ordinal));
                    break;
            }
        }
    }

    /// <summary>A merge that conflicts is taken back.</summary>
    private void Merge(string branch)
    {
        if (!repository.Merge(branch, "-X", "ours"))
        {
            repository.TryGit("merge", "--abort");
        }
    }

    private void Write(string path, string id)
    {
        repository.Write(path, $"---\nid: {id}\ntitle: Task {_next}\nstatus: open\n---\n\n# Task {_next}\n\nBody number {_next} of {random.Next(3)}.\n");
        _next++;
    }

    private List<string> Files() => Directory.Exists(Path.Combine(repository.Path, "tasks"))
        ? [.. Directory.EnumerateFiles(Path.Combine(repository.Path, "tasks"), "*.md", SearchOption.AllDirectories).Order(
            StringComparer.Ordinal)]
        : [];

    private T Any<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];
}
