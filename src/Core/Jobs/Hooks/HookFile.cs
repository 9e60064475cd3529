using System.Text;

namespace EmbSync.Core.Jobs.Hooks;

/// <summary>What lies where git looks for a hook.</summary>
internal enum HookState
{
    Absent,

    /// <summary>As embsync wrote it.</summary>
    Ours,

    /// <summary>Written by embsync, and changed by somebody else since.</summary>
    Edited,

    /// <summary>A hook of somebody else, or a link to one.</summary>
    Foreign,

    /// <summary>A folder.</summary>
    NoFile,
}

/// <summary>One hook's file, as it is when this is made.</summary>
internal sealed class HookFile
{
    /// <summary>No script of ours is nearly so long; what is longer need not be read to know whose it is.</summary>
    private const int Longest = 64 * 1024;

    public HookFile(HookFolder folder, GitHook hook)
    {
        Path = System.IO.Path.Combine(folder.Path, hook.Name());
        var file = new FileInfo(Path);
        if (file.LinkTarget is not null || Directory.Exists(Path))
        {
            State = file.LinkTarget is not null ? HookState.Foreign : HookState.NoFile;
            return;
        }

        // Latin-1: every byte is a character, so that a hook that is no UTF-8 is not mistaken for another.
        Content = file.Exists && file.Length <= Longest ? File.ReadAllText(Path, Encoding.Latin1) : null;
        Content = Content is not null && HookScript.IsOurs(Content) ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Content)) : null;
        State = !file.Exists ? HookState.Absent
            : Content is null ? HookState.Foreign
            : HookScript.IsUntouched(Content) ? HookState.Ours
            : HookState.Edited;
    }

    public string Path { get; }

    /// <summary>Where a hook that was there before is kept.</summary>
    public string Chained => Path + HookScript.ChainedSuffix;

    public HookState State { get; }

    /// <summary>Null unless embsync wrote it.</summary>
    public string? Content { get; }
}
