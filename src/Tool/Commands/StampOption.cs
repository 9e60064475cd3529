using EmbSync.Core.Jobs;
using EmbSync.Core.Jobs.Builds;
using EmbSync.Core.Model;
using EmbSync.Core.Storage;
using McMaster.Extensions.CommandLineUtils;

namespace EmbSync.Tool.Commands;

/// <summary>
/// <c>--stamp</c>: how a build knows that it need not ask again. The stamp stands only while nothing is out of step, so that drift keeps
/// showing.
/// </summary>
internal sealed class StampOption(CommandLineApplication command, Session session)
{
    private readonly CommandOption _file = command.Value(
        "--stamp <FILE>", "For builds: keep FILE only while nothing is out of step; what to watch goes into FILE.inputs.props");

    private DateTime _begun;

    public bool IsGiven => _file.HasValue();

    /// <summary>Before the look, so that a look that fails leaves no stamp of an earlier one.</summary>
    /// <exception cref="UsageException">The file can't be written.</exception>
    public void Remove()
    {
        _begun = session.Terminal.Clock.GetUtcNow().UtcDateTime;
        Write(file => File.Delete(file));
    }

    /// <exception cref="UsageException">The file can't be written.</exception>
    public void Keep(Workspace workspace, bool inStep) => Write(file =>
    {
        CacheFolder.MakeFor(file);
        var inputs = file + ".inputs.props";
        var items = workspace.Git.Repository is { } git
            ? BuildInputs.MsBuildItems(
                workspace.Config, Path.Combine(git.Folder, "index"), Path.Combine(git.CommonFolder, "info", "exclude"))
            : BuildInputs.MsBuildItems(workspace.Config, null, null);
        if (!File.Exists(inputs) || File.ReadAllText(inputs) != items)
        {
            File.WriteAllText(inputs, items);
        }

        if (inStep && BuildInputs.AreFiles(workspace.Config))
        {
            // What is edited from here on is newer.
            File.WriteAllText(file, "");
            File.SetLastWriteTimeUtc(file, _begun);
        }
    });

    private void Write(Action<string> write)
    {
        if (_file.Value() is not { } given)
        {
            return;
        }

        var file = session.PathOf(given);
        try
        {
            write(file);
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing there to remove.
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw new UsageException($"--stamp '{given}' can't be written: {DiskFault.Words(e)}", e);
        }
    }
}
