namespace EmbSync.Tests;

/// <summary>Does to a repository what people do, at random, from a seed: edits, moves, commits, branches, merges, resets.</summary>
internal sealed class RandomHistory(TempRepository repository, string[] files, int seed)
{
    private readonly List<string> commits = [];
    private readonly List<string> branches = ["main"];
    private int texts;

    public Random Random { get; } = new(seed);

    /// <summary>What was done so far, for whoever reads a failure.</summary>
    public List<string> Steps { get; } = [];

    public void Start()
    {
        foreach (var file in files)
        {
            repository.Write(file, Text());
        }

        commits.Add(repository.Commit());
    }

    public string AnyCommit() => Any(commits);

    public void Move(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            Move();
        }
    }

    private void Move()
    {
        var file = Any(files);
        switch (Random.Next(12))
        {
            case 0 or 1 or 2:
                Step($"write {file}");
                repository.Write(file, Text());
                break;
            case 3:
                Step($"delete {file}");
                File.Delete(repository.Full(file));
                break;
            case 4:
                var to = Any(files);
                Step($"move {file} {to}");
                if (File.Exists(repository.Full(file)))
                {
                    repository.Move(file, to);
                }

                break;
            case 5:
                Step("stage all");
                repository.Git("add", "--all");
                break;
            case 6 or 7:
                Step("commit");
                commits.Add(repository.Commit());
                break;
            case 8:
                var name = $"b{branches.Count}";
                Step($"branch {name}");
                repository.TryGit("checkout", "--quiet", "--force", "-b", name, AnyCommit());
                branches.Add(name);
                break;
            case 9:
                var branch = Any(branches);
                Step($"checkout {branch}");
                repository.Checkout(branch);
                break;
            case 10:
                var other = Any(branches);
                Step($"merge {other}");
                if (repository.Merge(other))
                {
                    commits.Add(repository.Head);
                }

                break;   // a conflict stays; a later commit, checkout or reset ends it
            default:
                Step("reset");
                repository.Git("reset", "--quiet", "--hard", Random.Next(2) == 0 ? "HEAD" : AnyCommit());
                break;
        }
    }

    /// <summary>Some texts come again, so that reverts and copies are among the edits.</summary>
    private string Text() => $"text {(Random.Next(3) == 0 ? Random.Next(4) : ++texts)}\n";


    private void Step(string what) => Steps.Add(what);

    private T Any<T>(IReadOnlyList<T> list) => list[Random.Next(list.Count)];
}
