using EmbSync.Core.Configuration;
using EmbSync.Core.Model;

namespace EmbSync.Core.Storage.Memory;

internal sealed class MemoryWriter(MemoryData data, long epoch, VectorType vectors, bool keepText, TimeProvider clock, Action end)
    : IStoreWriter
{
    private const string Store = "memory";
    private bool hasEnded;

    public Task<Generation> OpenGenerationAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken) =>
        Write(() =>
        data.Builders.GetValueOrDefault(space) > 0 && Find(space, signature) is not { Value.State: GenerationState.Active }
            ? throw StoreRefusals.IsBuilt(Store, space, "")
            : Open(space, signature));

    public Task<IGenerationBuild> BeginBuildAsync(string space, EmbeddingSignature signature, CancellationToken cancellationToken) =>
        Write<IGenerationBuild>(() =>
    {
        if (data.Builders.GetValueOrDefault(space) > 0 && Find(space, signature) is not { Value.State: not GenerationState.Retired })
        {
            throw StoreRefusals.IsBuilt(Store, space, "");
        }

        var opened = Open(space, signature);
        if (data.Builders.GetValueOrDefault(space) == 0)
        {
            data.AbandonRuns(command => command == BuildRuns.CommandOf(space) || command == BuildRuns.Backfill);
            data.EndLeases(opened.Id);
        }

        data.Builders[space] = data.Builders.GetValueOrDefault(space) + 1;
        return new MemoryBuild(data, data.Generations[opened.Id], clock);
    });

    private StoredGeneration? Find(string space, EmbeddingSignature signature) =>
        data.Generations.Values.FirstOrDefault(one => one.Value.Space == space && one.Value.Signature.Fingerprint == signature.Fingerprint);

    private Generation Open(string space, EmbeddingSignature signature)
    {
        var found = Find(space, signature);
        if (found is { Value.State: not GenerationState.Retired })
        {
            return found.Value;
        }

        SetState(space, GenerationState.Building, GenerationState.Retired);
        var id = found?.Value.Id ?? data.Generations.Keys.DefaultIfEmpty().Max() + 1;
        data.Generations[id] = found is not null
            ? found with { Value = found.Value with { State = GenerationState.Building, RetiredAt = null } }
            : new(new(id, space, signature, GenerationState.Building, clock.Now(), null), vectors);
        var isNew = data.Vectors.TryAdd(id, []);
        foreach (var like in data.Generations.Values.Where(
            one => isNew && one.Value.Id != id && one.Value.Signature.Fingerprint == signature.Fingerprint))
        {
            foreach (var (hash, vector) in data.Vectors[like.Value.Id])
            {
                data.Vectors[id].TryAdd(hash, vector);
            }
        }

        data.Revision++;
        return data.Generations[id].Value;
    }

    public Task ActivateAsync(int generation, bool pin, CancellationToken cancellationToken) => Write(() => Activate(generation, pin));

    private bool Activate(int generation, bool pin)
    {
        var found = Generation(generation).Value;
        var after = found.State == GenerationState.Active
            ? found with { IsPinned = pin }
            : found with { State = GenerationState.Active, ActivatedAt = clock.Now(), RetiredAt = null, IsPinned = pin };
        if (after != found)
        {
            if (found.State != GenerationState.Active)
            {
                SetState(found.Space, GenerationState.Active, GenerationState.Retired);
            }

            data.Generations[generation] = Generation(generation) with { Value = after };
            data.Revision++;
        }

        return true;
    }

    public Task CommitAsync(StoreBatch batch, CancellationToken cancellationToken) => Write(() =>
    {
        BatchCheck.Check(batch, data.Generations.GetValueOrDefault(batch.Generation));
        _ = batch.Activates.Select(Generation).ToList(); // nothing is half done where one is unknown
        var changes = batch.Vectors.DistinctBy(row => row.Hash).Count(row => Put(batch, row)) + batch.Items.Count(Put)
            + batch.Deletions.Count(Delete);
        data.Revision += changes > 0 ? 1 : 0;
        return batch.Activates.All(generation => Activate(generation, pin: false));
    });

    public Task RecordSourceAsync(SourceRecord record, CancellationToken cancellationToken) => Write(() =>
    {
        if (data.Sources.GetValueOrDefault(record.Name) != record)
        {
            data.Sources[record.Name] = record;
            data.Revision++;
        }

        return true;
    });

    public Task<long> BeginRunAsync(RunRecord run, CancellationToken cancellationToken) => Write(() =>
    {
        data.AbandonRuns(command => !BuildRuns.IsOne(command));
        data.Runs.Add(run with { Id = data.Runs.Count + 1 });
        return (long)data.Runs.Count;
    });

    public Task UpdateRunAsync(RunRecord run, CancellationToken cancellationToken) => Write(() =>
    {
        var place = data.Runs.FindIndex(one => one.Id == run.Id);
        return place < 0 ? throw StoreRefusals.NoRun(Store, run.Id) : data.Runs[place] = run;
    });

    public Task<long> MendAsync(StoreFault fault, DateTimeOffset before, CancellationToken cancellationToken) => Write(() => 0L);

    public ValueTask DisposeAsync()
    {
        lock (data.Gate)
        {
            if (!hasEnded)
            {
                hasEnded = true;
                end();
            }
        }

        return ValueTask.CompletedTask;
    }

    private StoredGeneration Generation(int id) => data.Generations.GetValueOrDefault(id) ?? throw StoreRefusals.NoGeneration(Store, id);

    private void SetState(string space, GenerationState from, GenerationState to)
    {
        foreach (var one in data.Generations.Values.Where(one => one.Value.Space == space && one.Value.State == from).ToList())
        {
            data.Generations[one.Value.Id] = one with { Value = one.Value with { State = to, RetiredAt = clock.Now(), IsPinned = false } };
        }
    }

    private bool Put(StoreBatch batch, VectorRow row)
    {
        var table = data.Vectors[batch.Generation];
        var isThere = table.TryGetValue(row.Hash, out var before);
        if (isThere && !batch.ReplaceVectors)
        {
            return false;
        }

        var bytes = VectorCodec.Encode(data.Generations[batch.Generation].Vectors, row.Vector.Span);
        table[row.Hash] = new(bytes, row.Tokens);
        return !isThere || before.Tokens != row.Tokens || !bytes.AsSpan().SequenceEqual(before.Bytes);
    }

    private bool Put(Item item)
    {
        if (!data.Items.TryGetValue(item.Key.Source, out var items))
        {
            data.Items[item.Key.Source] = items = new(Utf8Order.Instance);
        }

        var before = items.GetValueOrDefault(item.Key.Id);
        var after = MemoryItem.Of(item, clock.Now(), keepText);
        var isSame = before is not null && before.Stored == after.Stored && before.Remarks == after.Remarks;
        items[item.Key.Id] = isSame ? after with { UpdatedAt = before!.UpdatedAt } : after;
        return !isSame;
    }

    private bool Delete(ItemKey key)
    {
        var isGone = data.Items.TryGetValue(key.Source, out var items) && items.Remove(key.Id);
        if (isGone && items!.Count == 0)
        {
            data.Items.Remove(key.Source);
        }

        return isGone;
    }

    private Task<T> Write<T>(Func<T> write)
    {
        lock (data.Gate)
        {
            return hasEnded ? throw StoreRefusals.Ended(Store) : epoch != data.Epoch ? throw StoreRefusals.Lost(Store) : Task.FromResult(
                write());
        }
    }
}
