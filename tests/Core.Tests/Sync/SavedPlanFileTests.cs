using EmbSync.Core.Jobs.Sync.Saved;
using EmbSync.Core.Model;
using EmbSync.Core.Planning;

namespace EmbSync.Core.Tests.Sync;

public sealed class SavedPlanFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embsync-plan-").FullName;

    private string File => Path.Combine(_folder, "plan.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Comes_back_as_it_was()
    {
        var plan = Plan(title: "Ünïcode \u202Eright to left\u202C\n\"quoted\" \\ tail", id: "a/b\u0001c");

        SavedPlanFile.Write(File, plan);

        var read = SavedPlanFile.Read(File);
        SavedPlanFile.Text(read).ShouldBe(SavedPlanFile.Text(plan));
        read.Items.Single().Title.ShouldBe(plan.Items.Single().Title);
        System.IO.File.ReadAllText(File).ShouldNotContain("\u202E");
        Directory.GetFiles(_folder).Length.ShouldBe(1);
    }

    [Fact]
    public void Another_plan_takes_the_place_of_one()
    {
        SavedPlanFile.Write(File, Plan("one"));
        SavedPlanFile.Write(File, Plan("two"));

        SavedPlanFile.Read(File).Items.Single().Title.ShouldBe("two");
    }

    [Theory]
    [InlineData("# A task\n")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"kind": "something else"}""")]
    [InlineData("")]
    public void A_file_that_is_no_plan_is_neither_overwritten_nor_applied(string content)
    {
        System.IO.File.WriteAllText(File, content);

        Should.Throw<UsageException>(() => SavedPlanFile.Write(File, Plan("one")));
        Should.Throw<UsageException>(() => SavedPlanFile.Read(File));

        System.IO.File.ReadAllText(File).ShouldBe(content);
    }

    [Fact]
    public void A_plan_that_is_cut_off_anywhere_is_not_applied()
    {
        var text = SavedPlanFile.Text(Plan("one")).TrimEnd();
        for (var length = 0; length < text.Length; length += 7)
        {
            System.IO.File.WriteAllText(File, text[..length]);
            Should.Throw<UsageException>(() => SavedPlanFile.Read(File)).Message.ShouldContain("--apply");
        }
    }

    [Theory]
    [InlineData("\"schemaVersion\": 1", "\"schemaVersion\": 2", "version 2")]
    [InlineData("\"schemaVersion\": 1", "\"schemaVersion\": \"x\"", "version 0")]
    [InlineData("\"items\": [", "\"items\": null, \"other\": [", "no whole plan")]
    [InlineData("\"store\": {", "\"shop\": {", "no whole plan")]
    public void A_plan_of_another_form_is_not_applied(string part, string other, string reason)
    {
        var text = SavedPlanFile.Text(Plan("one"));
        text.ShouldContain(part);
        System.IO.File.WriteAllText(File, text.Replace(part, other, StringComparison.Ordinal));

        Should.Throw<UsageException>(() => SavedPlanFile.Read(File)).Message.ShouldContain(reason);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named() =>
        Should.Throw<UsageException>(() => SavedPlanFile.Write(Path.Combine(_folder, "no", "plan.json"), Plan("one")))
            .Message.ShouldContain("plan.json");

    private static SavedPlan Plan(string title, string id = "T-1") => new(
        SavedPlan.Version, SavedPlan.FileKind, "acme/tasks", "0123456789abcdef", new("sqlite .embsync/index.db", 7),
        new Dictionary<string, string> { ["a"] = "b" },
        new SyncRequest { Since = "main", MaxDelete = new(0.5, null) }, [new("default", "lexical", "lexical-v1", 64, "f", 1, 10, null)],
        new(1, 0, 1, 10, null, 0.5), null,
        [new("tasks", id, "t.md", title, "new", ["missing"], 1, ["00"], 10, 0.1m, "d", null)], [new("tasks", "T-9", null, false)], []);
}
