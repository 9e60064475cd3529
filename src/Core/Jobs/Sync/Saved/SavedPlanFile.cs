using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EmbSync.Core.Model;

namespace EmbSync.Core.Jobs.Sync.Saved;

/// <summary>Reads and writes plans: JSON, indented, one document with a line end.</summary>
public static class SavedPlanFile
{
    private static readonly SavedPlanContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    });

    public static string Text(SavedPlan plan) => JsonText.Visible(JsonSerializer.Serialize(plan, Context.SavedPlan)) + "\n";

    /// <summary>Whole or not at all: an interruption leaves what was there before.</summary>
    /// <exception cref="UsageException">The file is there and is no plan, or can't be written.</exception>
    public static void Write(string path, SavedPlan plan)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            if (Directory.Exists(path) || (File.Exists(path) && !IsPlan(path)))
            {
                throw new UsageException($"--plan '{path}' is there already and is no plan: it is left as it is. Choose another name");
            }

            DraftFile.Write(path, Text(plan), overwrite: true);
        }
        catch (Exception exception) when (DiskFault.Is(exception))
        {
            throw new UsageException($"--plan '{path}' can't be written: {DiskFault.Words(exception)}", exception);
        }
    }

    /// <exception cref="UsageException">It can't be read, is no plan, or is one of a newer embsync.</exception>
    public static SavedPlan Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (!IsPlan(root))
            {
                throw new UsageException($"--apply '{path}' is no plan: make one with 'embsync sync --plan {path}'");
            }

            var version = root.TryGetProperty("schemaVersion", out var number) && number.ValueKind == JsonValueKind.Number
                && number.TryGetInt32(out var said) ? said : 0;
            return version == SavedPlan.Version
                ? root.Deserialize(Context.SavedPlan)!
                : throw new UsageException($"--apply '{path}' is a plan of version {version}, this embsync knows version {SavedPlan.Version}: make it again with 'embsync sync --plan'");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UsageException($"--apply '{path}' can't be read: {exception.Message}", exception);
        }
        catch (JsonException exception)
        {
            throw new UsageException(
                $"--apply '{path}' is no whole plan (at line {exception.LineNumber + 1}): make it again with 'embsync sync --plan {path}'",
                exception);
        }
    }

    private static bool IsPlan(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return IsPlan(document.RootElement);
        }
        catch (JsonException)
        {
            // Any file at all may be there; this one is not ours to overwrite.
            return false;
        }
    }

    private static bool IsPlan(JsonElement root) => root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty("kind", out var kind) && kind.ValueKind == JsonValueKind.String && kind.GetString() == SavedPlan.FileKind;
}

[JsonSerializable(typeof(SavedPlan))]
internal sealed partial class SavedPlanContext : JsonSerializerContext;
