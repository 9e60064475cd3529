using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>Everything by which a repository can make git start a program: embsync reads it and starts none (fault 68).</summary>
public sealed class HostileRepositoryFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Theory, OnStores]
    [Fault(68, "configuration, attributes and hooks that name programs")]
    public async Task Starts_no_program(Touched store)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres, lexical: true);
        var repository = world.Repository;
        var trace = Path.Combine(Path.GetDirectoryName(repository.Path)!, "ran");
        var evil = Path.Combine(Path.GetDirectoryName(repository.Path)!, "evil.sh");
        await File.WriteAllTextAsync(evil, $"#!/bin/sh\necho \"$0 $@\" >> '{trace}'\ncat\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(evil, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        repository.Write(".gitattributes", "*.md filter=evil diff=evil merge=evil\n");
        repository.Write("docs/new.md", "# New\n\nNew words.\n");
        foreach (var key in new[]
        {
            "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy", "credential.helper",
                "filter.evil.clean", "filter.evil.smudge",
            "filter.evil.process", "diff.evil.textconv", "diff.evil.command", "diff.external", "merge.evil.driver", "gpg.program",
                "uploadpack.packObjectsHook",
        })
        {
            File.AppendAllText(repository.Full(".git/config"), Line(key, evil));
        }

        foreach (var hook in new[]
            { "post-checkout", "pre-commit", "post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-push" })
        {
            File.Copy(evil, repository.Full($".git/hooks/{hook}"), overwrite: true);
        }

        await world.SyncedAsync();
        await world.SyncedAsync("--since HEAD");
        await world.SyncedAsync("--at HEAD --max-delete 5");
        await world.SyncedAsync();
        (await world.RunAsync("status --check")).ExitCode.ShouldBe(0);
        (await world.RunAsync("status --against HEAD")).ExitCode.ShouldBe(0);

        File.Exists(trace).ShouldBeFalse(File.Exists(trace) ? await File.ReadAllTextAsync(trace) : "");
    }

    private static string Line(string key, string value)
    {
        var parts = key.Split('.');
        return $"[{parts[0]}{(parts.Length > 2 ? $" \"{parts[1]}\"" : "")}]\n\t{parts[^1]} = {value}\n";
    }
}
