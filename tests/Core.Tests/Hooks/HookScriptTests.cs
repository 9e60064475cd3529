using System.Diagnostics;
using EmbSync.Core.Jobs.Hooks;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Hooks;

/// <summary>The script, run by a real shell with a program that writes down what it gets.</summary>
public sealed class HookScriptTests : IDisposable
{
    private readonly TempRepository _folder = TempRepository.Folder();

    [Theory]
    [InlineData(GitHook.PrePush, false)]
    [InlineData(GitHook.PrePush, true)]
    [InlineData(GitHook.PostCommit, false)]
    public void Is_short_and_readable(GitHook hook, bool block) =>
        Approval.Verify(
            HookScript.Of(hook, new(
            new(["/home/ada/.dotnet/tools/embsync"], ["/home/ada/.dotnet/tools/embsync"]), ["--timeout", "60"], block)),
            hook.Name() + (block ? "-block" : ""));

    [Fact]
    public void Of_a_tool_manifest_asks_for_dotnet_alone() =>
        Approval.Verify(HookScript.Of(GitHook.PostMerge, new(HookProgram.Local, ["--timeout", "60"], false)), "local");

    [Theory]
    [InlineData("plain")]
    [InlineData("with space")]
    [InlineData("it's \"quoted\" $HOME `id` \\n !")]
    [InlineData("-dash")]
    public void Passes_arguments_and_input_to_a_program_under_any_name(string name)
    {
        var program = Program(name, "exit 0");
        Write(new([program], [program]));

        var (code, error) = Run("a 1 b 2\nc 3 d 4\n", "origin", "file:///it's here");

        (code, error).ShouldBe((0, ""));
        Seen().ShouldBe("hook|run|pre-push|--timeout|60|origin|file:///it's here|\na 1 b 2\nc 3 d 4\n");
    }

    [Fact]
    public void A_program_of_two_files_is_started_by_the_first()
    {
        var program = Program("host", "exit 0");
        _folder.Write("it's.dll", "");
        Write(new([program, _folder.Full("it's.dll")], [program, _folder.Full("it's.dll")]));

        Run("");

        Seen().ShouldStartWith(_folder.Full("it's.dll") + "|hook|run|");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_program_that_is_gone_is_one_line_and_never_blocks(bool block)
    {
        var gone = _folder.Full("no such 'tool'");
        Write(new([gone], [gone]), block);

        var (code, error) = Run("x\n");

        code.ShouldBe(0);
        error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain(gone + " is gone");
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 6)]
    public void A_program_that_fails_blocks_only_where_it_was_asked_to(bool block, int expected)
    {
        var program = Program("tool", "exit 6");
        Write(new([program], [program]), block);

        var (code, error) = Run("x\n");

        code.ShouldBe(expected);
        error.ShouldBe(block ? "" : "embsync: ended with 6; git goes on\n");
    }

    [Fact]
    public void Both_get_all_of_an_input_that_fills_no_pipe()
    {
        var program = Program("tool", "exit 0");
        Write(new([program], [program]));
        Chained("cat > \"$(dirname \"$0\")/first\"");
        var input = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"refs/heads/b{i} 1 refs/heads/b{i} 2\n")) + "\n\n";

        Run(input).Code.ShouldBe(0);

        File.ReadAllText(_folder.Full("first")).ShouldBe(input);
        Seen().ShouldEndWith("|\n" + input);
    }

    [Fact]
    public void A_first_hook_that_reads_nothing_takes_nothing_from_the_second()
    {
        var program = Program("tool", "exit 0");
        Write(new([program], [program]));
        Chained("exit 0");
        var input = new string('x', 200_000) + "\n";

        Run(input).ShouldBe((0, ""));

        Seen().ShouldEndWith(input);
    }

    [Fact]
    public void A_first_hook_that_fails_ends_it_with_its_code()
    {
        var program = Program("tool", "exit 0");
        Write(new([program], [program]));
        Chained("exit 9");

        Run("x\n").Code.ShouldBe(9);

        File.Exists(_folder.Full("seen")).ShouldBeFalse();
    }

    [Fact]
    public void A_first_hook_that_may_not_be_executed_is_passed_over_as_git_does()
    {
        var program = Program("tool", "exit 0");
        Write(new([program], [program]));
        _folder.Write("pre-push.embsync-chained", "#!/bin/sh\nexit 9\n");

        Run("x\n").Code.ShouldBe(0);
    }

    [Fact]
    public void Knows_itself_and_every_change_to_it()
    {
        var script = HookScript.Of(GitHook.PrePush, new(HookProgram.Local, [], false));

        HookScript.IsUntouched(script).ShouldBeTrue();
        HookScript.IsOurs(script + "\n").ShouldBeTrue();
        foreach (var edited in new[] { script + "\n", script.Replace("exit 0", "exit 1", StringComparison.Ordinal), script.Replace(
            "/bin/sh", "/bin/bash", StringComparison.Ordinal) })
        {
            HookScript.IsUntouched(edited).ShouldBeFalse(edited);
        }

        HookScript.IsOurs("#!/bin/sh\nexit 0\n").ShouldBeFalse();
        HookScript.IsOurs("").ShouldBeFalse();
    }

    public void Dispose() => _folder.Dispose();

    private string Program(string name, string end)
    {
        _folder.Write(name, $"#!/bin/sh\n{{ for a in \"$@\"; do printf '%s|' \"$a\"; done; echo; cat; }} > '{_folder.Full("seen")}'\n{end}\n");
        _folder.Mode(name, "755");
        return _folder.Full(name);
    }

    private void Chained(string script)
    {
        _folder.Write("pre-push.embsync-chained", "#!/bin/sh\n" + script + "\n");
        _folder.Mode("pre-push.embsync-chained", "755");
    }

    private void Write(HookProgram program, bool block = false)
    {
        _folder.Write("pre-push", HookScript.Of(GitHook.PrePush, new(program, ["--timeout", "60"], block)));
        _folder.Mode("pre-push", "755");
    }

    private string Seen() => File.ReadAllText(_folder.Full("seen"));

    private (int Code, string Error) Run(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("sh", [_folder.Full("pre-push"), .. arguments])
            { WorkingDirectory = "/", RedirectStandardInput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error);
    }
}
