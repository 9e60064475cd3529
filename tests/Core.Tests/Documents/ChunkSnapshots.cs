using System.Runtime.CompilerServices;
using System.Text;
using EmbSync.Core.Configuration;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Documents;

/// <summary>
/// Whole documents with their chunks, as approved. A difference here means that users buy their embeddings again: raise the reader's format
/// version with it. Chunks are smaller than by default, so that short documents show several.
/// </summary>
public sealed class ChunkSnapshots
{
    private static readonly MarkdownSourceConfig Config = Reading.Config with
    {
        Embed = ["title", "labels", "embedded_note"],
        Metadata = ["status", "priority", "labels", "dependencies"],
        Chunk = new ChunkConfig(96, 16),
    };

    [Fact]
    public void A_task() => Verify("task.md");

    [Fact]
    public void A_readme() => Verify("readme.md");

    [Fact]
    public void A_guide_in_chinese() => Verify("guide.zh.md");

    [Fact]
    public void A_log_without_headings() => Verify("log.md");

    [Fact]
    public void A_task_at_the_default_size() => Verify("task.md", Config with { Chunk = ChunkConfig.Default });

    private static void Verify(
        string name, MarkdownSourceConfig? config = null, [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        var bytes = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(file)!, "fixtures", name));
        var document = Reading.Read(bytes, config ?? Config, $"docs/{name}");
        var text = new StringBuilder()
            .AppendLine($"id {document.Id}, type {document.Type}, title {document.Title}, updated {document.UpdatedAt?.ToUnixTimeSeconds()}")
            .AppendLine(document.Metadata);
        foreach (var chunk in document.Chunks)
        {
            text.AppendLine($"=== {chunk.Seq} lines {chunk.StartLine} to {chunk.EndLine}, heading '{chunk.Heading}', {chunk.Hash}")
                .AppendLine(chunk.Text);
        }

        Approval.Verify(text.ToString(), method, file);
    }
}
