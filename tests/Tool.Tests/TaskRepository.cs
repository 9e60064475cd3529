using EmbSync.Tests;

namespace EmbSync.Tool.Tests;

/// <summary>A small repository as a team would have it: tasks with ids and front matter, docs without.</summary>
internal static class TaskRepository
{
    public const string Config = """
        version: 1
        project: acme/tasks
        sources:
          - { name: docs, type: markdown, include: ["docs/**/*.md"], itemType: doc }
          - { name: tasks, type: markdown, include: ["tasks/**/*.md"], id: id, itemType: task, metadata: [status, labels], priority: 2 }
        """;

    public static TempRepository Create(int tasks = 4)
    {
        var repository = TempRepository.Create();
        for (var i = 1; i <= tasks; i++)
        {
            repository.Write($"tasks/area{i % 2}/t{i}.md", Task(i));
        }

        repository.Write("docs/guide.md",
            "# Guide\n\nHow to retry a request after the provider answered 429.\n\n## Back-off\n\nWait longer each time.\n");
        repository.Write("embsync.yaml", Config);
        repository.Write(".gitignore", ".embsync/\n");
        repository.Commit();
        return repository;
    }

    public static string Task(int i, string title = "Task", string status = "open") =>
        $"---\nid: T-{i}\ntitle: {title} {i}\nstatus: {status}\nlabels: [l{i % 2}]\n---\n\n# {title} {i}\n\nBody of number {i}.\n\n- [ ] first\n- [x] second\n";
}
