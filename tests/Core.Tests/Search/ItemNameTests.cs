using EmbSync.Core.Planning;

namespace EmbSync.Core.Tests.Search;

public sealed class ItemNameTests
{
    private const string Root = "/home/ada/repo";

    private static readonly NamedItem[] Items =
    [
        new(new("docs", "README.md"), "README.md"),
        new(new("docs", "docs/README.md"), "docs/README.md"),
        new(new("docs", "docs/a b.md"), "docs/a b.md"),
        new(new("docs", "docs/caf\u00e9.md"), "docs/caf\u00e9.md"),
        new(new("tasks", "T-1"), "tasks/one.md"),
        new(new("tasks", "T-2"), "tasks/two.md"),
        new(new("tasks", "t-2"), "tasks/other.md"),
        new(new("issues", "1042"), null),
        new(new("issues", "T-1"), null),
        new(new("issues", "owner/repo#7"), null),
    ];

    [Theory]
    [InlineData("T-2", "", "tasks:T-2")]
    [InlineData("t-2", "", "tasks:t-2")]
    [InlineData("t-1", "", "issues:T-1 tasks:T-1")]
    [InlineData("tasks:T-1", "", "tasks:T-1")]
    [InlineData("tasks/T-1", "", "tasks:T-1")]
    [InlineData("TASKS:t-1", "", "tasks:T-1")]
    [InlineData("1042", "", "issues:1042")]
    [InlineData("issues:1042", "docs", "issues:1042")]
    [InlineData("issues:owner/repo#7", "", "issues:owner/repo#7")]
    [InlineData("owner/repo#7", "", "issues:owner/repo#7")]
    [InlineData("tasks/one.md", "", "tasks:T-1")]
    [InlineData("tasks:tasks/one.md", "", "tasks:T-1")]
    [InlineData("./tasks/one.md", "", "tasks:T-1")]
    [InlineData("../tasks/one.md", "docs", "tasks:T-1")]
    [InlineData("/home/ada/repo/tasks/one.md", "docs", "tasks:T-1")]
    [InlineData("TASKS/ONE.MD", "", "tasks:T-1")]
    [InlineData("one.md", "tasks", "tasks:T-1")]
    [InlineData("tasks/one.md:12", "", "tasks:T-1")]
    [InlineData("tasks/one.md:12", "docs", "tasks:T-1")]
    [InlineData("one.md:12", "tasks", "tasks:T-1")]
    [InlineData("docs/a b.md", "", "docs:docs/a b.md")]
    [InlineData("docs/cafe\u0301.md", "", "docs:docs/caf\u00e9.md")]
    [InlineData("README.md", "", "docs:README.md")]
    [InlineData("README.md", "docs", "docs:README.md docs:docs/README.md")]
    [InlineData("./README.md", "docs", "docs:docs/README.md")]
    [InlineData("docs:README.md", "docs", "docs:README.md")]
    [InlineData("./T-1", "", "")]
    [InlineData("T-3", "", "")]
    [InlineData("one.md", "", "")]
    [InlineData("/home/ada/other/tasks/one.md", "", "")]
    [InlineData("../outside.md", "", "")]
    [InlineData("", "", "")]
    [InlineData("tasks", "", "")]
    public void Means_an_item(string said, string folder, string found) =>
        Found(ItemName.Of(said, $"{Root}/{folder}", Root).In(Items, folders: false)).ShouldBe(found);

    [Theory]
    [InlineData("tasks", "", "tasks:T-1 tasks:T-2 tasks:t-2")]
    [InlineData("tasks/", "", "tasks:T-1 tasks:T-2 tasks:t-2")]
    [InlineData("../tasks", "docs", "tasks:T-1 tasks:T-2 tasks:t-2")]
    [InlineData(".", "tasks", "tasks:T-1 tasks:T-2 tasks:t-2")]
    [InlineData("task", "", "")]
    [InlineData("..", "", "")]
    public void A_folder_means_all_that_is_in_it(string said, string folder, string found) =>
        Found(ItemName.Of(said, $"{Root}/{folder}", Root).In(Items, folders: true)).ShouldBe(found);

    [Fact]
    public void Several_are_ambiguous_unless_they_are_one_id_or_one_file()
    {
        ItemName.IsAmbiguous(ItemName.Of("README.md", $"{Root}/docs", Root).In(Items, folders: false)).ShouldBeTrue();
        ItemName.IsAmbiguous(ItemName.Of("T-1", Root, Root).In(Items, folders: false)).ShouldBeFalse();
        ItemName.IsAmbiguous([new(new("a", "x.md"), "x.md"), new(new("b", "X"), "x.md")]).ShouldBeFalse();
        ItemName.Candidates(ItemName.Of("T-1", Root, Root).In(Items, folders: false)).ShouldBe("'tasks:T-1' (tasks/one.md), 'issues:T-1'");
    }

    [Theory]
    [InlineData("READM.md", ". Did you mean 'README.md'?")]
    [InlineData("T1", ". Did you mean 'T-1'?")]
    [InlineData("tow.md", ". Did you mean 'tasks/two.md'?")]
    [InlineData("something else", "")]
    public void What_may_have_been_meant_is_named(string said, string hint) => ItemName.Of(said, Root, Root).Hint(Items).ShouldBe(hint);

    /// <summary>Each of those whose places a search prints, and no other, is found by what it prints.</summary>
    [Fact]
    public void What_is_printed_is_understood()
    {
        foreach (var item in Items)
        {
            var printed = Core.Model.Plain.Place(item.Key.Source, item.Key.Id, item.Path);

            Found(ItemName.Of(printed, Root, Root).In(Items, folders: false)).ShouldBe($"{item.Key.Source}:{item.Key.Id}");
        }
    }

    private static string Found(IEnumerable<NamedItem> items) =>
        string.Join(' ', items.Select(item => $"{item.Key.Source}:{item.Key.Id}").Order(StringComparer.Ordinal));
}
