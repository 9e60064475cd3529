using System.Diagnostics;
using EmbSync.Tests;
using EmbSync.Tool.Commands;
using EmbSync.Tool.Completions;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Tests.Completions;

/// <summary>Scripts that complete the command line are made from the commands; bash is here to try its own.</summary>
public sealed class CompletionTests
{
    public static TheoryData<string> Shells => ["bash", "zsh", "fish", "powershell"];

    [Theory]
    [MemberData(nameof(Shells))]
    public void A_small_tree_in_each_shell(string shell)
    {
        using var app = new CommandLineApplication { Name = "embsync" };
        app.Command("sync", sync =>
        {
            sync.Description = "It's [quoted]: a \\ and $HOME";
            sync.Value("--since <REF>", "Since a ref");
            sync.Many("--source <NAME>", "One of these");
            sync.Choice("--format <FORM>", "text, json", ["text", "json"]);
            sync.Switch("--fast", "On or off");
            sync.Flag("-q|--quiet", "Nothing");
        });
        app.Command("cache", cache =>
        {
            cache.Description = "Files";
            cache.Command("import", import => import.Argument("file", "The file"));
            cache.Command("show", show => show.ArgumentOf("what", "Which", ["all", "none"]));
        });
        var tree = CompletionTree.Of(app);

        Approval.Verify(
            shell switch { "bash" => BashScript.Of(tree), "zsh" => ZshScript.Of(tree), "fish" => FishScript.Of(tree), _ =>
            PowerShellScript.Of(tree) }, shell);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task Holds_every_command_and_option(string shell)
    {
        var script = await ScriptAsync(shell);

        foreach (var word in new[] { "backfill", "install", "uninstall", "since", "max-cost", "drop-hnsw-first", "markdown", "post-merge", "powershell", "no-color" })
        {
            script.ShouldContain(word);
        }
    }

    [Theory]
    [InlineData("embsync |", "backfill cache completion config doctor hook index init publish reembed repair runs search status sync",
        true)]
    [InlineData("embsync s|", "search similar status sync")]
    [InlineData("embsync hook |", "install run sql uninstall")]
    [InlineData("embsync hook install |", "pre-push post-commit post-merge")]
    [InlineData("embsync hook install pre-push post-|", "post-commit post-merge")]
    [InlineData("embsync hook install --b|", "--block")]
    [InlineData("embsync sync --max|", "--max-delete --max-batches --max-cost --max-tokens")]
    [InlineData("embsync sync --format |", "text json markdown github msbuild")]
    [InlineData("embsync sync --format m|", "markdown msbuild")]
    [InlineData("embsync sync --format = j|", "json")]
    [InlineData("embsync sync --format =|", "text json markdown github msbuild")]
    [InlineData("embsync runs --format |", "text json")]
    [InlineData("embsync sync --max-cost |", "")]
    [InlineData("embsync reembed --drop-hnsw-first = |", "true false")]
    [InlineData("embsync completion |", "bash zsh fish powershell")]
    [InlineData("embsync --v|", "--version")]
    [InlineData("embsync sync --since |", "main side/way")]
    [InlineData("embsync status --against s|", "side/way")]
    [InlineData("embsync cache import fi|", "file with space.bin,file.bin")]
    [InlineData("embsync sync --config file.|", "file.bin")]
    [InlineData("embsync nonsense |", "backfill cache", true)]
    public async Task Bash_offers(string line, string expected, bool atLeast = false)
    {
        using var repository = TempRepository.Create();
        repository.Write("file.bin", "");
        repository.Write("file with space.bin", "");
        repository.Commit();
        repository.Branch("side/way");
        // A name that bash would run if it came to the line as it is.
        repository.Branch("$(touch${IFS}ran)");

        var offered = await OfferedAsync(repository.Path, line);

        var wanted = expected.Contains(',', StringComparison.Ordinal) ? expected.Split(',') : expected.Split(
            ' ', StringSplitOptions.RemoveEmptyEntries);
        if (atLeast)
        {
            wanted.ShouldBeSubsetOf(offered);
        }
        else
        {
            offered.Order(StringComparer.Ordinal).ShouldBe(wanted.Order(StringComparer.Ordinal));
        }

        File.Exists(repository.Full("ran")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_unknown_shell_is_a_usage_error()
    {
        var run = await ToolRun.Of(Path.GetTempPath(), "completion tcsh");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("bash, zsh, fish, powershell");
    }

    private static async Task<string> ScriptAsync(string shell)
    {
        var run = await ToolRun.Of(Path.GetTempPath(), $"completion {shell}");
        run.ExitCode.ShouldBe(0);
        return run.Out;
    }

    /// <param name="line">Words as bash parts them; the last one ends at the bar.</param>
    private static async Task<string[]> OfferedAsync(string folder, string line)
    {
        var words = line.TrimEnd('|').Split(' ');
        var start = new ProcessStartInfo("bash", ["--noprofile", "--norc", "-c", """
            set -u
            eval "$1"
            shift
            COMP_WORDS=("$@")
            COMP_CWORD=$(($# - 1))
            _embsync
            ((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}"
            exit 0
            """, "bash", await ScriptAsync("bash"), .. words])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var offered = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        (await error).ShouldBe("");
        return offered.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
