namespace EmbSync.Core.Git;

/// <summary>Whose configuration of git a value is from.</summary>
public enum GitConfigLevel
{
    /// <summary>This repository's.</summary>
    Local,

    /// <summary>This user's.</summary>
    Global,

    /// <summary>This machine's.</summary>
    System,
}
