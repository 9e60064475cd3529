using System.Text;
using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Hooks;

/// <summary>Hooks are written beside what others wrote, and taken away without a trace.</summary>
public sealed class InstallTests
{
    [Fact]
    public void Twice_is_the_same_as_once()
    {
        using var world = new HookWorld();
        world.Install();
        var first = File.ReadAllBytes(world.Hook());

        var run = world.Tool("hook", "install");

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("in place already");
        File.ReadAllBytes(world.Hook()).ShouldBe(first);
        File.Exists(world.Hook() + ".embsync-chained").ShouldBeFalse();
    }

    [Fact]
    public void Other_options_write_it_anew()
    {
        using var world = new HookWorld();
        world.Install();

        world.Tool("hook", "install", "--block", "--timeout", "5").Out.ShouldContain("written anew");

        File.ReadAllText(world.Hook()).ShouldContain("hook run pre-push --timeout 5 --block");
    }

    [Fact]
    [Fault(66, "a hook of somebody else", On = [Touched.NoStore])]
    public void A_hook_that_was_there_runs_first_with_arguments_and_input()
    {
        using var world = new HookWorld();
        var seen = world.Beside("seen");
        world.WriteHook($"echo \"$1|$2\" > '{seen}'; cat >> '{seen}'\n");
        world.Install();

        world.Git("push", "origin", "main").Error.ShouldContain("1 new");

        var head = world.Git("rev-parse", "HEAD").Out.Trim();
        File.ReadAllText(seen).ShouldBe($"origin|{world.Remote}\nrefs/heads/main {head} refs/heads/main {new string('0', 40)}\n");
    }

    [Fact]
    public async Task A_hook_that_was_there_can_refuse_the_push()
    {
        using var world = new HookWorld();
        world.WriteHook("echo 'not today' >&2; exit 7\n");
        world.Install();

        var push = world.TryGit("push", "origin", "main");

        push.ExitCode.ShouldNotBe(0);
        push.Error.ShouldContain("not today");
        world.Git("ls-remote", world.Remote).Out.ShouldBeEmpty();
        (await world.StoredAsync()).ShouldBeEmpty();
    }

    [Fact]
    [Fault(66, "a hook of somebody else", On = [Touched.NoStore])]
    public void Uninstall_puts_back_what_was_there_byte_for_byte_with_its_mode()
    {
        using var world = new HookWorld();
        world.WriteHook("exit 0 # \u00e9\r\n");
        var bytes = File.ReadAllBytes(world.Hook()).Append((byte)0xff).ToArray();
        File.WriteAllBytes(world.Hook(), bytes);
        SetMode(world.Hook(), "711");
        world.Install();

        var run = world.Tool("hook", "uninstall");

        run.Out.ShouldContain("the hook that was there before is back");
        File.ReadAllBytes(world.Hook()).ShouldBe(bytes);
        Mode(world.Hook()).ShouldBe("711");
        File.Exists(world.Hook() + ".embsync-chained").ShouldBeFalse();
    }

    [Fact]
    public void Uninstall_takes_away_all_of_ours_and_nothing_else()
    {
        using var world = new HookWorld();
        world.WriteHook("exit 0\n", "pre-commit");
        world.Install("pre-push", "post-commit", "post-merge");

        world.Tool("hook", "uninstall").ExitCode.ShouldBe(0);

        Directory.GetFiles(Path.GetDirectoryName(world.Hook())!).Select(Path.GetFileName)
            .Where(name => !name!.EndsWith(".sample", StringComparison.Ordinal)).ShouldBe(["pre-commit"]);
        world.Tool("hook", "uninstall").Out.ShouldBe("no hook of embsync is here\n");
    }

    [Fact]
    [Fault(66, "a hook that was edited since it was installed", On = [Touched.NoStore])]
    public void A_hook_that_was_edited_is_neither_overwritten_nor_deleted()
    {
        using var world = new HookWorld();
        world.Install();
        File.AppendAllText(world.Hook(), "echo mine\n");
        var edited = File.ReadAllText(world.Hook());

        world.Tool("hook", "install", "--block").ExitCode.ShouldBe(1);
        var run = world.Tool("hook", "uninstall");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("was edited");
        File.ReadAllText(world.Hook()).ShouldBe(edited);
    }

    [Fact]
    public void A_hook_that_somebody_put_over_ours_is_left_alone()
    {
        using var world = new HookWorld();
        world.WriteHook("exit 0\n");
        world.Install();
        File.WriteAllText(world.Hook(), "#!/bin/sh\necho other\n");

        world.Tool("hook", "install").ExitCode.ShouldBe(1);
        world.Tool("hook", "uninstall").ExitCode.ShouldBe(1);

        File.ReadAllText(world.Hook()).ShouldContain("other");
        File.ReadAllText(world.Hook() + ".embsync-chained", Encoding.UTF8).ShouldContain("exit 0");
    }

    [Fact]
    public void A_link_to_a_hook_is_kept_as_a_link()
    {
        using var world = new HookWorld();
        world.Write("tools/hook.sh", "#!/bin/sh\nexit 0\n");
        File.CreateSymbolicLink(world.Hook(), "../../tools/hook.sh");
        world.Install();

        world.Tool("hook", "uninstall").ExitCode.ShouldBe(0);

        new FileInfo(world.Hook()).LinkTarget.ShouldBe("../../tools/hook.sh");
    }

    [Fact]
    public void The_repositorys_own_hooks_path_is_used()
    {
        using var world = new HookWorld();
        world.Git("config", "--local", "core.hooksPath", ".githooks");

        var run = world.Tool("hook", "install");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Error.ShouldContain("part of the work tree");
        File.Exists(world.Hook()).ShouldBeFalse();
        world.Git("push", "origin", "main").Error.ShouldContain("1 new");
        world.Tool("hook", "uninstall").Out.ShouldContain("taken away");
        Directory.GetFiles(Path.Combine(world.Path, ".githooks")).ShouldBeEmpty();
    }

    [Fact]
    [Fault(66, "a folder of hooks for all repositories", On = [Touched.NoStore])]
    public void A_global_hooks_path_is_not_written_into()
    {
        using var world = new HookWorld();
        var shared = world.Beside("shared");
        Directory.CreateDirectory(shared);
        world.Git("config", "--global", "core.hooksPath", shared);

        var run = world.Tool("hook", "install");

        run.ExitCode.ShouldBe(2, run.ToString());
        run.Error.ShouldContain("global");
        run.Error.ShouldContain("git config --local core.hooksPath");
        Directory.GetFiles(shared).ShouldBeEmpty();
        File.Exists(world.Hook()).ShouldBeFalse();
    }

    [Fact]
    public void A_hooks_path_of_this_worktree_alone_is_used()
    {
        using var world = new HookWorld();
        world.Git("config", "extensions.worktreeConfig", "true");
        world.Git("config", "--worktree", "core.hooksPath", world.Beside("mine"));

        world.Install();

        File.Exists(Path.Combine(world.Beside("mine"), "pre-push")).ShouldBeTrue();
    }

    [Fact]
    public void Hooks_that_are_switched_off_stay_off()
    {
        using var world = new HookWorld();
        world.Git("config", "core.hooksPath", "/dev/null");

        var run = world.Tool("hook", "install");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("no folder");
    }

    [Fact]
    public void Huskys_folder_is_left_to_Husky()
    {
        using var world = new HookWorld();
        world.Git("config", "core.hooksPath", ".husky/_");

        var run = world.Tool("hook", "install");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("embsync hook run pre-push \"$@\"");
    }

    [Fact]
    public void A_bare_repository_is_refused()
    {
        using var world = new HookWorld();

        var run = world.ToolIn(world.Remote, "hook", "install");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("bare");
    }

    [Fact]
    public void What_the_configuration_of_a_repository_names_is_not_started()
    {
        using var world = new HookWorld();
        var ran = world.Beside("ran");
        world.Write("evil.sh", $"#!/bin/sh\ntouch '{ran}'\n");
        SetMode(Path.Combine(world.Path, "evil.sh"), "755");
        foreach (var key in new[] { "core.fsmonitor", "core.pager", "pager.config", "core.editor", "core.sshCommand", "diff.external" })
        {
            File.AppendAllText(Path.Combine(world.Path, ".git/config"),
                $"[{key.Split('.')[0]}]\n\t{key.Split('.')[1]} = {Path.Combine(world.Path, "evil.sh")}\n");
        }

        world.Install();
        world.Tool("hook", "run", "post-commit", "--block").ExitCode.ShouldBe(0);
        world.Tool("hook", "uninstall").ExitCode.ShouldBe(0);

        File.Exists(ran).ShouldBeFalse();
    }

    [Fact]
    public void Outside_a_repository_there_is_nothing_to_install_into()
    {
        using var world = new HookWorld();

        world.ToolIn(world.Home, "hook", "install").ExitCode.ShouldBe(2);
    }

    [Fact]
    [Fault(66, "a tool that the repository's own content names", On = [Touched.NoStore])]
    public void A_tool_manifest_is_used_only_when_asked_for()
    {
        using var world = new HookWorld();
        world.Install();
        File.ReadAllText(world.Hook()).ShouldNotContain("tool run");

        world.Install("--local");

        File.ReadAllText(world.Hook()).ShouldContain("dotnet tool run embsync hook run pre-push");
        world.Git("push", "origin", "main").Error.ShouldContain("embsync: ended with 1; git goes on");
    }

    private static void SetMode(string file, string octal)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, (UnixFileMode)Convert.ToInt32(octal, 8));
        }
    }

    private static string Mode(string file) => OperatingSystem.IsWindows() ? "711" : Convert.ToString((int)File.GetUnixFileMode(file), 8);
}
