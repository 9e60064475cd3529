using System.Text;
using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>
/// A file that can't be used is named and set aside: its row stays as it was, the rest is done, and mending the file mends all.
/// </summary>
public sealed class FileFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string File = "docs/bad.md";

    [Theory, OnStores(Touched.Sqlite, Touched.Postgres, Touched.Memory)]
    [Fault(5, "over the size limit")]
    [Fault(6, "NUL")]
    [Fault(15, "link out of the work tree")]
    [Fault(18, "LFS pointer")]
    public async Task Of_one_file_set_it_aside(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Repository.Write(File, "# Good\n\nThe words that were good before.\n");
        await world.SyncedAsync();
        var before = world.IsDurable ? (await world.StoredAsync())["docs/" + File] : "";
        var bought = world.Server.Purchases.Count;

        var (code, line) = Break(world.Repository, name);
        world.Repository.Write("docs/new.md", "# New\n\nWords that nobody had.\n");
        var run = (await world.SyncAsync()).ShouldEnd(3);

        run.Errors.ShouldBe([(code, File, line)], run.ToString());
        run.Items("failed").ShouldBe(1);
        world.Server.Purchases.Count.ShouldBe(bought + 1);
        (await world.RunAsync("sync")).ShouldSatisfyAllConditions(
            text => text.ExitCode.ShouldBe(3), text => text.Out.ShouldContain(code));
        (await world.RunAsync("status")).Out.ShouldContain(line is null ? File : $"{File}:{line}");
        if (world.IsDurable)
        {
            var stored = await world.StoredAsync();
            stored.Keys.ShouldBe([.. FaultWorld.Beginning, "docs/" + File, "docs/docs/new.md"], ignoreOrder: true);
            stored["docs/" + File].ShouldBe(before);
            world.Server.BoughtTwice.ShouldBeEmpty();
        }

        world.Repository.Delete(File);
        world.Repository.Write(File, "# Mended\n\nThe words after mending.\n");
        (await world.SyncedAsync()).Items("failed").ShouldBe(0);
        world.Server.Purchases.Keys.ShouldContain(text => text.Contains("after mending", StringComparison.Ordinal));
        if (world.IsDurable)
        {
            world.Server.Purchases.Count.ShouldBe(bought + 2);
            await world.ShouldBeInStepAsync();
        }
    }

    [Theory, OnStores(Touched.Sqlite, Touched.Postgres, Touched.Memory)]
    [Fault(2, "front matter nested 6,000 deep")]
    [Fault(3, "alias", "self-reference", "bomb of aliases")]
    [Fault(4, "a thousand >")]
    [Fault(6, "invalid UTF-8", "UTF-16 without a mark", "lone surrogate")]
    [Fault(13, "conflict markers")]
    public async Task A_detail_costs_a_warning_and_not_the_item(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();

        var (code, line) = Break(world.Repository, name);
        var run = await world.SyncedAsync();

        run.Items("failed").ShouldBe(0);
        run.Warnings.ShouldBe(code.Length == 0 ? [] : [(code, File, line)], run.ToString());
        if (world.IsDurable)
        {
            (await world.StoredAsync()).Keys.ShouldBe([.. FaultWorld.Beginning, "docs/" + File], ignoreOrder: true);
            (await world.SyncedAsync()).Warnings.ShouldBeEmpty();
            (await world.RunAsync("status --check")).ShouldSatisfyAllConditions(
                status => status.ExitCode.ShouldBe(0), status => status.Out.ShouldContain(code));
            await world.ShouldBeInStepAsync();
        }
    }

    [Theory, OnStores]
    [Fault(1, "empty", "blank", "only a mark", "front matter alone", On = [Touched.OpenAi])]
    public async Task Empty_files_ask_for_nothing(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        await world.SyncedAsync();
        var requests = world.Server.Requests;

        world.Repository.WriteBytes(File, name switch
        {
            "empty" => [],
            "blank" => " \t\r\n\n \n"u8.ToArray(),
            "only a mark" => [0xEF, 0xBB, 0xBF],
            _ => "---\nstatus: open\n---\n\n"u8.ToArray(),
        });
        await world.SyncedAsync();

        world.Server.Requests.ShouldBe(requests);
        await world.ShouldBeInStepAsync();
        world.Repository.Write(File, "Now it says something.\n");
        (await world.SyncedAsync()).Embedded.ShouldBe(1);
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(1, "no words for the offline provider", On = [Touched.Lexical])]
    public async Task Empty_files_are_no_matter_to_the_offline_provider(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres, lexical: true);
        world.Repository.Write(File, "");
        world.Repository.Write("docs/marks.md", "?!\n");
        await world.SyncedAsync();
        (await world.SyncedAsync()).Items("unchanged").ShouldBe(6);
        (await world.RunAsync("status --check")).ExitCode.ShouldBe(0);
    }

    [Theory, OnStores]
    [Fault(7, "line ends, mark and composed letters")]
    public async Task Line_ends_marks_and_composition_are_no_change(Touched store)
    {
        const string Text = "# Größe\n\nÉtat naïve, two  \nlines.\n\n- one\n- two\n";
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Repository.Write(File, Text);
        await world.SyncedAsync();
        var hashes = (await world.StoredAsync())["docs/" + File];
        var requests = world.Server.Requests;

        foreach (var bytes in new[]
        {
            Encoding.UTF8.GetBytes(Text.Replace("\n", "\r\n", StringComparison.Ordinal)),
            [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Text)],
            Encoding.UTF8.GetBytes(Text.Normalize(NormalizationForm.FormD)),
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Text)],
        })
        {
            world.Repository.WriteBytes(File, bytes);
            await world.SyncedAsync();
            (await world.StoredAsync())["docs/" + File].ShouldBe(hashes);
        }

        world.Server.Requests.ShouldBe(requests);
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(10, "a million words", On = [Touched.OpenAi])]
    public async Task A_million_words_all_arrive(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres, extra: "limits: { maxFileBytes: 16MB }\n");
        await System.IO.File.WriteAllTextAsync(world.Repository.Full(File), MillionWords());

        await world.SyncedAsync();

        var words = world.Server.Purchases.Keys.SelectMany(text => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            .Where(word => word[0] == 'w' && word.Length > 1 && word.Skip(1).All(char.IsAsciiDigit)).ToHashSet(StringComparer.Ordinal);
        words.Count.ShouldBe(1_000_000);
        world.Server.Log.ShouldAllBe(request => request.Inputs.All(text => text.Length < 16_000));
        world.Server.BoughtTwice.ShouldBeEmpty();
        await world.ShouldBeInStepAsync();
    }

    [Theory, OnStores]
    [Fault(10, "a million words in 256 MB", On = [Touched.Lexical])]
    public async Task A_million_words_stay_within_their_memory(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres, lexical: true, extra: "limits: { maxFileBytes: 16MB }\n");
        await System.IO.File.WriteAllTextAsync(world.Repository.Full(File), MillionWords());
        world.Environment["DOTNET_GCHeapHardLimit"] = "10000000";   // hexadecimal: 256 MB
        world.Environment["DOTNET_gcServer"] = "0";

        var run = await ToolProcess.RunAsync(world.Repository.Path, "sync", world.Environment);

        run.ExitCode.ShouldBe(0, run.ToString());
        (await world.RunAsync("status --check")).ExitCode.ShouldBe(0);
    }

    [Theory, OnStores]
    [Fault(11, "changed while its text is on the way")]
    public async Task A_file_that_changes_meanwhile_is_stored_as_it_was_sent(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        world.Repository.Write(File, "# Old\n\nOld words.\n");
        world.Repository.Commit();
        world.Server.Decide = _ =>
        {
            world.Repository.Write(File, "# New\n\nNew words.\n");
            return null;
        };

        await world.SyncedAsync();

        var sent = world.Server.Log.SelectMany(request => request.Inputs).Single(text => text.Contains("words.", StringComparison.Ordinal));
        sent.ShouldContain("Old words.");
        (await world.StoredAsync())["docs/" + File].ShouldBe(ContentHash.Of(sent).ToString());
        await world.ShouldBeAlignedAsync();

        (await world.SyncedAsync()).Items("changed").ShouldBe(1);
        (await world.StoredAsync())["docs/" + File].ShouldNotBe(ContentHash.Of(sent).ToString());
        await world.ShouldBeInStepAsync();
    }

    private static string MillionWords()
    {
        var text = new StringBuilder("# Words\n");
        for (var word = 0; word < 1_000_000; word++)
        {
            text.Append(word % 5_000 == 0 ? "\n\n## Part\n\n" : word % 20 == 0 ? "\n" : " ").Append('w').Append(word);
        }

        return text.Append('\n').ToString();
    }

    /// <summary>The code that is due, and the line.</summary>
    private static (string Code, int? Line) Break(TempRepository repository, string name)
    {
        static byte[] Front(string yaml) => Encoding.UTF8.GetBytes($"---\n{yaml}\n---\n\nBody.\n");
        var (bytes, code, line) = name switch
        {
            "front matter nested 6,000 deep" =>
                (Front("title: x\na: " + new string('[', 6000) + new string(']', 6000)), ProblemCodes.FrontMatterTooDeep, 3),
            "alias" => (Front("a: &x 1\nb: *x"), "", (int?)null),
            "self-reference" => (Front("title: x\na: &a [*a]"), ProblemCodes.FrontMatterAlias, 3),
            "bomb of aliases" => (Front("a: &a [x, x]\n" + string.Concat(Enumerable.Range(0, 40).Select(i =>
                $"{(char)('b' + (i % 20))}{i}: &n{i} [*{(i == 0 ? "a" : $"n{i - 1}")}, *{(i == 0 ? "a" : $"n{i - 1}")}]\n"))), ProblemCodes.FrontMatterAlias, 9),
            "a thousand >" => (Encoding.UTF8.GetBytes("# T\n\n" + new string('>', 1000) + " x\n"), ProblemCodes.NestedTooDeep, 3),
            "over the size limit" => (Encoding.UTF8.GetBytes(new string('x', (5 * 1024 * 1024) + 1)), ProblemCodes.TooLarge, (int?)null),
            "invalid UTF-8" => ([0x23, 0x0A, 0x0A, 0xE9, 0x0A], ProblemCodes.OtherEncoding, 3),
            "UTF-16 without a mark" => (Encoding.Unicode.GetBytes("# Title\n\nText.\n"), ProblemCodes.OtherEncoding, null),
            "NUL" => ([0x61, 0x0A, 0x62, 0x00, 0x0A], ProblemCodes.NotUtf8, 2),
            "lone surrogate" => ([0x61, 0x0A, 0xED, 0xA0, 0x80, 0x0A], ProblemCodes.OtherEncoding, 2),
            "conflict markers" => (Encoding.UTF8.GetBytes("# A\n\n<<<<<<< ours\none\n=======\ntwo\n>>>>>>> theirs\n"),
            ProblemCodes.ConflictMarkers, 3),
            "LFS pointer" => (Encoding.UTF8.GetBytes(
            $"version https://git-lfs.github.com/spec/v1\noid sha256:{new string('a', 64)}\nsize 12345\n"),
                ProblemCodes.LfsPointer, null),
            _ => ([], ProblemCodes.OutsideRoot, null),
        };
        if (code == ProblemCodes.OutsideRoot)
        {
            repository.Delete(File);
            repository.Link(File, "/etc/hostname");
        }
        else
        {
            repository.WriteBytes(File, bytes);
        }

        return (code, line);
    }
}
