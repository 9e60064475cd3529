namespace EmbSync.Tool.Commands;

/// <summary>Steps as lines on stderr.</summary>
internal sealed class Notes(Session session, GlobalOptions global) : IProgress<string>
{
    public void Report(string value) => session.Note(global, [value]);
}
