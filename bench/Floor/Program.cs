using System.Buffers.Binary;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;

// usage: floor FOLDER POSTGRES_KEYWORDS ENDPOINT DIMENSION [index]
// With "index" it also keeps an HNSW index as embsync does, built after the first load, so that searches are fast afterwards.
// One vector a file, no Markdown, no git, no deletions, no retries: what can't be saved.
var (folder, database, endpoint, dimension) = (args[0], args[1], args[2], int.Parse(args[3]));
const int Batch = 128;

await using var source = NpgsqlDataSource.Create(database);
await using var connection = await source.OpenConnectionAsync();
await using (var create = new NpgsqlCommand(
    $"CREATE EXTENSION IF NOT EXISTS vector; CREATE TABLE IF NOT EXISTS floor (hash bytea PRIMARY KEY, embedding halfvec({dimension}))",
    connection))
{
    await create.ExecuteNonQueryAsync();
}

var texts = new Dictionary<string, string>();
foreach (var file in Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories))
{
    var bytes = await File.ReadAllBytesAsync(file);
    texts.TryAdd(Convert.ToHexString(SHA256.HashData(bytes)), System.Text.Encoding.UTF8.GetString(bytes));
}

await using (var select = new NpgsqlCommand("SELECT hash FROM floor", connection))
await using (var reader = await select.ExecuteReaderAsync())
{
    while (await reader.ReadAsync())
    {
        texts.Remove(Convert.ToHexString((byte[])reader[0]));
    }
}

using var http = new HttpClient { BaseAddress = new Uri(endpoint) };
foreach (var wave in texts.Chunk(Batch).Chunk(4))
{
    var answers = await Task.WhenAll(wave.Select(batch => EmbedAsync(batch.Select(pair => pair.Value))));
    await using var copy = await connection.BeginRawBinaryCopyAsync("COPY floor (hash, embedding) FROM STDIN (FORMAT BINARY)");
    await copy.WriteAsync(Signature());
    foreach (var (batch, vectors) in wave.Zip(answers))
    {
        for (var i = 0; i < batch.Length; i++)
        {
            await copy.WriteAsync(Row(Convert.FromHexString(batch[i].Key), vectors[i]));
        }
    }

    await copy.WriteAsync(new byte[] { 0xff, 0xff });
}

if (args is [.., "index"])
{
    await using var index = new NpgsqlCommand(
        "SET max_parallel_maintenance_workers = 0; SET maintenance_work_mem = '256MB'; "
        + "CREATE INDEX IF NOT EXISTS floor_hnsw ON floor USING hnsw (embedding halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)",
            connection) { CommandTimeout = 0 };
    await index.ExecuteNonQueryAsync();
}

Console.WriteLine($"{texts.Count} embedded");
return;

static byte[] Signature() =>
    [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xff, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

static byte[] Row(byte[] hash, float[] vector)
{
    var row = new byte[2 + 4 + hash.Length + 4 + 4 + (2 * vector.Length)];
    var span = row.AsSpan();
    BinaryPrimitives.WriteInt16BigEndian(span, 2);
    BinaryPrimitives.WriteInt32BigEndian(span[2..], hash.Length);
    hash.CopyTo(span[6..]);
    var at = 6 + hash.Length;
    BinaryPrimitives.WriteInt32BigEndian(span[at..], 4 + (2 * vector.Length));
    BinaryPrimitives.WriteInt16BigEndian(span[(at + 4)..], (short)vector.Length);
    for (var i = 0; i < vector.Length; i++)
    {
        BinaryPrimitives.WriteHalfBigEndian(span[(at + 8 + (2 * i))..], (Half)vector[i]);
    }

    return row;
}

async Task<float[][]> EmbedAsync(IEnumerable<string> inputs)
{
    using var response = await http.PostAsJsonAsync("v1/embeddings",
        new { model = "text-embedding-3-small", input = inputs, dimensions = dimension, encoding_format = "base64" });
    using var document = await JsonDocument.ParseAsync(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
    return [.. document.RootElement.GetProperty("data").EnumerateArray().Select(item =>
        MemoryMarshal.Cast<byte, float>(item.GetProperty("embedding").GetBytesFromBase64()).ToArray())];
}
