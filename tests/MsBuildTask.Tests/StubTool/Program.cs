namespace EmbSync.StubTool;

internal static class Program
{
    private static int Main(string[] args)
    {
        File.AppendAllText(Variable("EMBSYNC_STUB_LOG"), string.Join(' ', args) + "\n");
        Console.WriteLine(Variable("EMBSYNC_STUB_OUTPUT"));
        return int.Parse(Variable("EMBSYNC_STUB_EXIT"), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");
}
