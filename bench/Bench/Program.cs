using System.Globalization;
using EmbSync.Bench;
using EmbSync.Tests;

// usage: EmbSync.Bench generate FOLDER COUNT | edit FOLDER COUNT STEP | serve PORT [LATENCY_MS] | throughput [ITEMS] | history FOLDER
// COMMITS | replay REPOSITORY [COMMITS] | corpus NAME FOLDER | local FOLDER [ROUNDS] | tokens FOLDER
switch (args)
{
    case ["generate", var folder, var count]:
        TaskGenerator.Write(folder, int.Parse(count, CultureInfo.InvariantCulture), seed: 1);
        return 0;
    case ["edit", var folder, var count, var step]:
        Console.WriteLine(TaskGenerator.Edit(
            folder, int.Parse(count, CultureInfo.InvariantCulture), int.Parse(step, CultureInfo.InvariantCulture), seed: 1));
        return 0;
    case ["history", var folder, var commits]:
        HistoryGenerator.Write(folder, int.Parse(commits, CultureInfo.InvariantCulture), seed: 1);
        return 0;
    case ["replay", var folder, .. var rest]:
        await Replay.RunAsync(folder, rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : int.MaxValue);
        return 0;
    case ["corpus", var name, var folder]:
        return Corpus.Run(name, folder);
    case ["throughput", .. var rest]:
        await Throughput.RunAsync(rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 10_000);
        return 0;
    case ["local", var folder, .. var rest]:
        await LocalBench.SpeedAsync(Path.GetFullPath(folder), rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 3);
        return 0;
    case ["tokens", var folder]:
        await LocalBench.TokensAsync(folder);
        return 0;
    case ["fill", var url, var schema, var rows, var dimension]:
        await ReembedBench.FillAsync(
            url, schema, int.Parse(rows, CultureInfo.InvariantCulture), int.Parse(dimension, CultureInfo.InvariantCulture));
        return 0;
    case ["switches", var url, var schema, var endpoint, var dimensions]:
        await ReembedBench.SwitchesAsync(
            url, schema, new(endpoint), [.. dimensions.Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))]);
        return 0;
    case ["serve", var port, .. var rest]:
        await using (var server = await FakeEmbeddingServer.StartAsync(int.Parse(port, CultureInfo.InvariantCulture)))
        {
            server.Latency = TimeSpan.FromMilliseconds(rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 0);
            server.KeepsLog = false;
            server.Vectors = Topics.VectorOf;
            Console.WriteLine(server.BaseUrl);
            await server.WaitForShutdownAsync();
        }

        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: generate FOLDER COUNT | edit FOLDER COUNT STEP | serve PORT [LATENCY_MS] | throughput [ITEMS] | history FOLDER COMMITS | replay REPOSITORY [COMMITS] | corpus NAME FOLDER | local FOLDER [ROUNDS] | tokens FOLDER | fill URL SCHEMA ROWS DIMENSION | switches URL SCHEMA ENDPOINT D,D,...");
        return 2;
}
