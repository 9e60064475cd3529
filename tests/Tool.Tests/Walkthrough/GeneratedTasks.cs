using System.Globalization;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Walkthrough;

/// <summary>
/// A team's repository of tasks with a history of ten commits: ids, front matter, nested folders, edits, renames, deletions. The same seed
/// makes the same commits. Each section of a task is long enough to be a chunk.
/// </summary>
internal sealed class GeneratedTasks
{
    public const int Seed = 20_260_101;

    private const int Commits = 10;

    /// <summary>The first tasks, which the history leaves as they were made: tests name them.</summary>
    private const int Reserved = 10;

    private static readonly string[] Sections = ["Context", "Plan", "Risks", "Notes", "Rollout", "Questions"];

    private static readonly string[] Words = (
        "account action address alert amount answer archive area attempt batch billing border branch budget buffer button cache calendar cancel chart "
        + "check client clock column commit config contact contract counter country coupon customer cycle daemon dashboard deadline default delivery "
        + "design device dialog digest document domain driver editor email engine entry error event export factor failure feature feed field file "
        + "filter folder footer format gateway graph group handler header health history host image import index input insight invoice item job "
        + "journal kernel key label language launch layer layout ledger limit link list locale login mail marker member memory menu merge message "
        + "metric mirror mobile model module monitor network notice number offer option order output owner package page panel parser partner patch "
        + "path payment period phone pilot policy portal price printer profile project prompt queue quota random range rate record refund region "
        + "release report request review role route rule sample schedule schema screen script search secret section sensor server session setting "
        + "shift signal site snapshot socket source stage state status step storage stream summary supplier switch symbol table target team template "
        + "tenant terminal theme ticket timer title token topic trace traffic transfer trigger update upload user value vendor version view volume "
        + "warehouse warning webhook widget window worker zone").Split(' ');

    private readonly TempRepository _repository;
    private readonly Random _random;
    private readonly int _sections;
    private readonly SortedDictionary<string, string> _paths = new(StringComparer.Ordinal);
    private int _next;

    private GeneratedTasks(TempRepository repository, Random random, int sections) =>
        (_repository, _random, _sections) = (repository, random, sections);

    /// <summary>Path by id.</summary>
    public IReadOnlyDictionary<string, string> Paths => _paths;

    /// <summary>Fills the repository until it holds so many tasks; one of them is about calibrating an astrolabe.</summary>
    /// <param name="sections">Of each task, 3 to 6.</param>
    public static GeneratedTasks Fill(TempRepository repository, int tasks, int sections)
    {
        var generated = new GeneratedTasks(repository, new Random(Seed), sections);
        for (var commit = 1; commit <= Commits; commit++)
        {
            generated.Change(commit, tasks * commit / Commits);
        }

        return generated;
    }

    public string PathOf(int number) => _paths[Id(number)];

    /// <summary>Rewrites one task's file.</summary>
    public void Edit(int number, Func<string, string> edit)
    {
        var before = File.ReadAllText(_repository.Full(PathOf(number)));
        var after = edit(before);
        after.ShouldNotBe(before, $"the edit of {Id(number)} found nothing to change");
        _repository.Write(PathOf(number), after);
    }

    public void Move(int number, string path)
    {
        _repository.Move(PathOf(number), path);
        _paths[Id(number)] = path;
    }

    public void Delete(int number)
    {
        _repository.Delete(PathOf(number));
        _paths.Remove(Id(number));
    }

    public static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"T-{number:0000}");

    private void Change(int commit, int total)
    {
        // Small repositories have only the reserved ones at first.
        if (_paths.Count > Reserved + Commits)
        {
            Edit(Any(), text => text.Replace("## Plan\n\n", $"## Plan\n\n{Sentence(8)} ", StringComparison.Ordinal));
            Move(Any(), $"tasks/moved/in-{commit}/{_random.Next(1000)}.md");
            Delete(Any());
        }

        while (_paths.Count < total)
        {
            Add();
        }

        _repository.Commit($"change {commit}");
    }

    private void Add()
    {
        var number = _next++;
        var title = number == 7 ? "Calibrate the astrolabe" : Sentence(4).TrimEnd('.');
        var status = number % 3 == 0 ? "done" : "open";
        var body = string.Join("\n", Sections.Take(_sections).Select(section => $"## {section}\n\n{Sentence(22)} {Sentence(22)}\n"));
        var path = $"tasks/{Words[number % 7]}/{(number % 2 == 0 ? "" : Words[number % 11] + "/")}{Id(number)}.md";
        _repository.Write(path, $"""
            ---
            id: {Id(number)}
            title: {title}
            status: {status}
            labels: [{Words[number % 5]}, {Words[number % 13]}]
            ---

            # {title}

            {body}
            - [ ] {Sentence(3)}
            - [x] {Sentence(3)}

            """.ReplaceLineEndings("\n"));
        _paths.Add(Id(number), path);
    }

    /// <summary>A task that tests don't name.</summary>
    private int Any() => int.Parse(
        _paths.Keys.Skip(Reserved).ElementAt(_random.Next(_paths.Count - Reserved)).AsSpan(2), CultureInfo.InvariantCulture);

    private string Sentence(int words)
    {
        var text = string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[_random.Next(Words.Length)]));
        return char.ToUpperInvariant(text[0]) + text[1..] + ".";
    }
}
