using EmbSync.Tests;

namespace EmbSync.Tool.Tests.Faults;

/// <summary>Keys and passwords appear in nothing that a command prints, writes or stores, whatever goes wrong.</summary>
public sealed class SecretFaults(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Password = "pw-c4n4ry-of-the-fault-tests";

    [Theory, OnStores]
    [Fault(64, "a key that is refused", "a server that repeats the key", "a database that refuses the password", "all goes well")]
    public async Task No_secret_is_printed_or_stored(Touched store, string name)
    {
        await using var world = await FaultWorld.StartAsync(store, postgres);
        switch (name)
        {
            case "a key that is refused":
                world.Server.RequiredKey = "another";
                break;
            case "a server that repeats the key":
                world.Server.Decide = _ => Fault.Status(400, $"{{ \"error\": {{ \"message\": \"bad key {FaultWorld.Key} for Bearer {FaultWorld.Key}\", \"code\": \"invalid\" }} }}");
                break;
            case "a database that refuses the password":
                world.Environment["DATABASE_URL"] = $"postgresql://nobody-of-that-name:{Password}@127.0.0.1:1/none";
                world.Environment["OTHER_URL"] = world.Environment["DATABASE_URL"];
                break;
        }

        var said = new List<string>();
        foreach (var command in new[]
        {
            "sync", "sync -v --json", "status --json", "status --format markdown", "doctor --json", "doctor -v", "config show",
                "config show --json", "runs --json", "search words", "repair --verify 3",
            "reembed --model text-embedding-3-large", "report --out report.html", "export --to jsonl", "sync --plan plan.json",
                "doctor --postgres-url env:OTHER_URL", "adopt --postgres-url env:OTHER_URL", "hook run post-commit",
        })
        {
            said.Add(command + (await world.RunAsync(command)));
        }

        said.AddRange(Directory.EnumerateFiles(world.Repository.Path, "*", SearchOption.AllDirectories).Where(
            file => !file.Contains("/.git/", StringComparison.Ordinal))
            .Select(file => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        if (store == Touched.Postgres)
        {
            said.AddRange(await PostgresFixture.RowsAsync(postgres.Url, "SELECT query_to_xml('SELECT * FROM ' || format('%I.run', nspname), true, false, '')::text FROM pg_namespace WHERE nspname LIKE 'f\\_%' AND to_regclass(format('%I.run', nspname)) IS NOT NULL"));
        }

        foreach (var text in said)
        {
            text.ShouldNotContain(FaultWorld.Key);
            text.ShouldNotContain(Password);
        }
    }
}
