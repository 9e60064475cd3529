using System.Text;
using EmbSync.Core.Configuration;
using EmbSync.Core.Model;

namespace EmbSync.Core.Tests.Configuration;

/// <summary>A folder of its own with a configuration in it, and an environment that is only what the test says.</summary>
internal sealed class ConfigFolder : IDisposable
{
    public ConfigFolder(string? yaml = null)
    {
        Root = Path.Combine(Path.GetTempPath(), "embsync-" + Path.GetRandomFileName());
        Directory.CreateDirectory(Root);
        if (yaml is not null)
        {
            Write("embsync.yaml", yaml);
        }
    }

    public string Root { get; }

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public string Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        // Half a surrogate pair, which fuzzing makes, becomes the replacement character.
        File.WriteAllBytes(full, Encoding.UTF8.GetBytes(text));
        return full;
    }

    public EmbSyncConfig Load(ConfigOverrides? flags = null, string? file = null, string? from = null, string? repository = null,
        string? origin = null) =>
        ConfigLoader.Load(new(file, from ?? Root, repository, origin, Environment, flags ?? ConfigOverrides.None));

    /// <summary>The lines of what is wrong; fails when nothing is.</summary>
    public string Errors(ConfigOverrides? flags = null, string? file = null) =>
        Should.Throw<UsageException>(() => Load(flags, file)).Message;

    public static EmbSyncConfig LoadYaml(string yaml, params (string Name, string Value)[] environment)
    {
        using var folder = new ConfigFolder(yaml).With(environment);
        return folder.Load();
    }

    public static string ErrorsIn(string yaml, params (string Name, string Value)[] environment)
    {
        using var folder = new ConfigFolder(yaml).With(environment);
        return folder.Errors();
    }

    public ConfigFolder With(params (string Name, string Value)[] environment)
    {
        foreach (var (name, value) in environment)
        {
            Environment[name] = value;
        }

        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
