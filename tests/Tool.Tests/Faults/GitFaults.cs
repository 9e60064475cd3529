using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>Repositories as they are found: odd refs, half of the history, no git at all, and what people do between two syncs.</summary>
public sealed class GitFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory, OnStores]
    [Fault(16, "starts with -", "control characters", "does not exist", "empty")]
    public async Task A_ref_that_is_none_is_refused_before_anything(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        var reference = name switch
            { "starts with -" => "--upload-pack=touch x", "control characters" => "ma\u001b[31min", "empty" => " ", _ => "nowhere" };
        foreach (var flag in new[] { "--since", "--at" })
        {
            var run = await ToolRun.Of(world.Repository.Path, ["sync", $"{flag}={reference}"], world.Environment);
            run.ExitCode.ShouldBe(2, run.ToString());
            run.Error.ShouldContain("git ref");
            run.Error.ShouldNotContain("\u001b");
        }

        world.Server.Requests.ShouldBe(0);
        (await world.StoredAsync()).ShouldBeEmpty();
        await world.SyncedAsync("--since HEAD");
    }

    [Theory, OnStores]
    [Fault(17, "shallow clone without the merge base")]
    public async Task A_shallow_clone_says_what_to_fetch(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Repository.Branch("side");
        world.Repository.Write("docs/more.md", "More.\n");
        world.Repository.Commit();
        using var origin = world.Repository;
        world.Repository = origin.Clone("--depth=1", "--no-single-branch");

        (await world.SyncAsync("--since origin/side")).ShouldEnd(2, "fetch-depth: 0");

        world.Server.Requests.ShouldBe(0);
        world.Repository.Git("fetch", "--quiet", "--unshallow");
        await world.SyncedAsync("--since origin/side");
    }

    [Theory, OnStores]
    [Fault(18, "no git at all", "empty repository", "detached head", "worktree", "bare repository")]
    public async Task A_repository_of_another_shape_is_read_all_the_same(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        using var origin = world.Repository;
        switch (name)
        {
            case "no git at all":
                world.Repository = TempRepository.Folder();
                Copy(origin, world.Repository);
                break;
            case "empty repository":
                world.Repository = TempRepository.Create();
                Copy(origin, world.Repository);
                break;
            case "detached head":
                world.Repository = origin.Clone();
                world.Repository.Checkout(world.Repository.Head);
                break;
            case "worktree":
                world.Repository = TempRepository.Folder();
                origin.Git("worktree", "add", "--quiet", "-b", "side", world.Repository.Full("tree"));
                world.Repository.Shell("mv tree/.git .git && cp -r tree/. . && rm -r tree");
                origin.Git("worktree", "repair", world.Repository.Path);
                break;
            default:
                world.Repository = origin.Clone("--bare");
                Copy(origin, world.Repository, "embsync.yaml");
                break;
        }

        await world.SyncedAsync();

        (await world.StoredAsync()).Keys.ShouldBe(FaultWorld.Beginning, ignoreOrder: true);
        await world.ShouldBeInStepAsync();
        if (name is "no git at all" or "empty repository")
        {
            (await world.SyncAsync("--since HEAD")).ShouldEnd(2, "git");
        }
    }

    [Theory, OnStores]
    [Fault(18, "bare repository without a commit")]
    public async Task A_bare_repository_without_a_commit_has_nothing_to_read(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        using var origin = world.Repository;
        world.Repository = TempRepository.Create("--bare");
        Copy(origin, world.Repository, "embsync.yaml");
        (await world.SyncAsync()).ShouldEnd(1, "no commit yet");
        (await world.StoredAsync()).ShouldBeEmpty();
    }

    [Theory, OnStores]
    [Fault(18, "submodule")]
    public async Task A_submodule_is_another_repository(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        using var other = TempRepository.Create();
        other.Write("inner.md", "Text of another repository.\n");
        other.Commit();
        world.Repository.Git("submodule", "--quiet", "add", "file://" + other.Path, "docs/vendored");
        world.Repository.Commit();

        await world.SyncedAsync();

        (await world.StoredAsync()).Keys.ShouldBe(FaultWorld.Beginning, ignoreOrder: true);
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(18, "sparse checkout", "sparse checkout with a sparse index")]
    public async Task What_a_sparse_checkout_leaves_out_is_not_deleted(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        var requests = world.Server.Requests;
        world.Repository.Git(["sparse-checkout", "set", "--cone",
            .. name == "sparse checkout" ? Array.Empty<string>() : ["--sparse-index"], "docs"]);
        File.Exists(world.Repository.Full("tasks/area1/t1.md")).ShouldBeFalse();

        (await world.SyncedAsync("--max-delete 100%")).Items("deleted").ShouldBe(0);

        (await world.StoredAsync()).Keys.ShouldBe(FaultWorld.Beginning, ignoreOrder: true);
        world.Server.Requests.ShouldBe(requests);
        world.Repository.Git("sparse-checkout", "disable");
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(19, "a run without a ref", "a run with a ref")]
    public async Task A_foreign_repository_is_not_trusted_and_says_how_to(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        if (!Superuser.IsHere)
        {
            return;   // only root can give a repository away
        }

        Superuser.GiveAway(world.Repository.Path);
        if (name == "a run with a ref")
        {
            (await world.SyncAsync("--since HEAD")).ShouldEnd(2, "safe.directory");
            world.Server.Requests.ShouldBe(0);
            return;
        }

        (await world.SyncedAsync()).ShouldEnd(0, "safe.directory");
        (await world.StoredAsync()).Keys.ShouldBe(FaultWorld.Beginning, ignoreOrder: true);
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(20, "most tasks go")]
    public async Task A_branch_without_most_tasks_is_asked_about(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        for (var i = 10; i < 40; i++)
        {
            world.Repository.Write($"tasks/t{i}.md", TaskRepository.Task(i));
        }

        world.Repository.Commit();
        await world.SyncedAsync();
        var (before, requests) = (await world.StoredAsync(), world.Server.Requests);
        world.Repository.Branch("full");
        world.Repository.Git("rm", "-rq", "tasks");
        world.Repository.Write("tasks/area1/t1.md", TaskRepository.Task(1, title: "Changed"));
        world.Repository.Commit();

        (await world.SyncAsync()).ShouldEnd(5, "32 of 33", "--max-delete 32").Items("changed").ShouldBe(1);
        (await world.SyncAsync("--since HEAD~1")).ShouldEnd(5, "--max-delete");
        (await world.StoredAsync()).Keys.ShouldBe(before.Keys);
        world.Server.Requests.ShouldBe(requests + 1, "the changed text");

        // Back on the branch with all of them nothing is owed, and nothing is bought.
        world.Repository.Checkout("full");
        (await world.SyncedAsync()).Items("changed").ShouldBe(1);
        (await world.StoredAsync()).ShouldBe(before);
        world.Server.Requests.ShouldBe(requests + 1);
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(21, "rename plus edit", "delete plus re-add", "case-only rename", "staged and unstaged at once")]
    public async Task What_people_do_between_two_syncs_buys_only_new_text(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        var (requests, words) = (world.Server.Requests, (string?)null);
        const string Guide = "docs/guide.md", Task = "tasks/area1/t1.md";
        var path = Guide;
        switch (name)
        {
            case "rename plus edit":
                world.Repository.Move(Guide, path = "docs/manual.md");
                world.Repository.Write(path, words = "A wholly new text.\n");
                world.Repository.Move(Task, "tasks/first.md");
                break;
            case "delete plus re-add":
                var text = await File.ReadAllTextAsync(world.Repository.Full(Guide));
                world.Repository.Git("rm", "-q", Guide, Task);
                world.Repository.Commit();
                world.Repository.Write(Guide, text);
                world.Repository.Write("tasks/again.md", TaskRepository.Task(1));
                break;
            case "case-only rename":
                world.Repository.Git("mv", Guide, path = "docs/Guide.md");
                break;
            default:
                world.Repository.Write(Guide, "Staged, and never seen.\n");
                world.Repository.Git("add", Guide);
                world.Repository.Write(Guide, words = "Unstaged, and what counts.\n");
                break;
        }

        var run = await world.SyncedAsync("--since HEAD");

        run.Embedded.ShouldBe(words is null ? 0 : 1, run.ToString());
        (await world.StoredAsync()).Keys.ShouldBe(["docs/" + path, "tasks/T-1", "tasks/T-2", "tasks/T-3"], ignoreOrder: true);
        world.Server.Purchases.Keys.ShouldNotContain(text => text.Contains("never seen", StringComparison.Ordinal));
        world.Server.Requests.ShouldBe(requests + (words is null ? 0 : 1));
        await world.ShouldBeInStepAsync();
        world.Repository.Commit();
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(22, "criss-cross merges", "unrelated histories")]
    public async Task Any_history_ends_where_a_full_run_ends(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        var repository = world.Repository;
        await world.SyncedAsync();
        if (name == "criss-cross merges")
        {
            repository.Branch("side");
            repository.Write("docs/main.md", "Words of main.\n");
            var main = repository.Commit();
            repository.Checkout("side");
            repository.Write("docs/side.md", "Words of side.\n");
            var side = repository.Commit();
            repository.Merge(main).ShouldBeTrue();
            repository.Checkout("main");
            repository.Merge(side).ShouldBeTrue();
        }
        else
        {
            repository.Git("checkout", "--quiet", "--orphan", "side");
            repository.Git("rm", "-rqf", "docs");
            repository.Write("docs/side.md", "Words of side.\n");
            repository.Commit();
        }

        repository.Write("docs/last.md", "Last words.\n");
        repository.Commit();

        await world.SyncedAsync($"--since {(name == "criss-cross merges" ? "side" : "main")} --max-delete 100%");

        (await world.StoredAsync()).Keys.Where(key => key.StartsWith("docs/", StringComparison.Ordinal)).ShouldBe(
            name == "criss-cross merges"
                ? ["docs/docs/guide.md", "docs/docs/last.md", "docs/docs/main.md", "docs/docs/side.md"]
                : ["docs/docs/last.md", "docs/docs/side.md"]);
        await world.ShouldBeInStepAsync();
    }

    private static void Copy(TempRepository from, TempRepository to, params string[] only) => to.Shell(only.Length > 0
        ? $"cp '{from.Path}/{only[0]}' ."
        : $"cp -r '{from.Path}/docs' '{from.Path}/tasks' '{from.Path}/embsync.yaml' '{from.Path}/.gitignore' .");
}
