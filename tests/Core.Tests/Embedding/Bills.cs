using EmbSync.Core.Model;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>Every unit that a provider bills comes with some answer, whatever became of the request.</summary>
public sealed class Bills
{
    /// <summary>Faults of the first answers, and whether the run gets through all the same.</summary>
    public static TheoryData<string, bool> Unusable => new()
    {
        { "fewer", true }, { "fewer fewer", false }, { "more", true }, { "doubled", true }, { "missing", true },
        { "model", true }, { "model model", false }, { "dimension", true }, { "dimension dimension", false },
        { "nan", true }, { "nan nan", true }, { "zero fewer", true }, { "fewer refused", false }, { "model refused", false },
        { "fewer limited fewer", false },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task Of_answers_that_can_t_be_used_are_counted(string faults, bool getsThrough)
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 4, concurrency: 1));
        run.Server.Next(faults.Split(' ').Select(Named));

        await RunAsync(run, getsThrough);

        run.Server.Billed.ShouldBePositive();
        Billed(run).ShouldBe(run.Server.Billed);
        run.Answers.Sum(answer => answer.Requests).ShouldBe(run.Server.Requests);
    }

    [Fact]
    public async Task Of_a_provider_that_never_answers_well_are_counted()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 4, concurrency: 3));
        run.Server.Decide = _ => Fault.Fewer();

        await RunAsync(run, getsThrough: false);

        Billed(run).ShouldBe(run.Server.Billed);
        run.Answers.Sum(answer => answer.Requests).ShouldBe(run.Server.Requests);
    }

    [Fact]
    public async Task Of_texts_that_never_get_a_vector_are_counted()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 4, concurrency: 2));
        run.Server.Spoils = text => text.EndsWith('3');

        await run.RunAsync(GovernedServer.Inputs(20));

        run.Failures.Count().ShouldBe(2);
        Billed(run).ShouldBe(run.Server.Billed);
    }

    [Theory]
    [InlineData("""{"data":[{"index":0,"embedding":null}],"model":"text-embedding-3-small","usage":{"prompt_tokens":5,"total_tokens":5}}""")]
    [InlineData("""{"usage":{"prompt_tokens":5,"total_tokens":5}}""")]
    [InlineData("""{"data":"none","usage":{"prompt_tokens":5}}""")]
    public async Task Of_an_answer_that_is_no_list_of_vectors_are_counted(string body)
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 4, concurrency: 1));
        run.Server.Next(Fault.Body(body));

        await run.RunAsync(GovernedServer.Inputs(2));

        Billed(run).ShouldBe(run.Server.Billed + 5);
    }

    [Theory]
    [InlineData("""{"total_tokens":7}""", 7L)]
    [InlineData("""{"prompt_tokens":0,"total_tokens":7}""", 7L)]
    [InlineData("""{"prompt_tokens":7}""", 7L)]
    [InlineData("""{"prompt_tokens":0,"total_tokens":0}""", null)]
    [InlineData("{}", null)]
    [InlineData("null", null)]
    public async Task Are_read_in_every_form_that_servers_write(string usage, long? billed)
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 4, concurrency: 1));
        var vector = FakeEmbeddingServer.VectorFor(GovernedServer.Model, GovernedServer.Dimension, "text 0");
        run.Server.Next(Fault.Body($$"""{"data":[{"index":0,"embedding":{{System.Text.Json.JsonSerializer.Serialize(vector)}}}],"model":"text-embedding-3-small","usage":{{usage}}}"""));

        await run.RunAsync(GovernedServer.Inputs(1));

        run.Answers.ShouldHaveSingleItem().BilledTokens.ShouldBe(billed);
    }

    [Fact]
    public async Task Of_answers_that_nobody_waits_for_are_told_apart()
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(batchSize: 1, concurrency: 4));
        var late = 0L;
        run.Governor.Unclaimed = answer => Interlocked.Add(ref late, answer.BilledTokens ?? 0);

        await Should.ThrowAsync<StoreException>(() => run.RunAsync(GovernedServer.Inputs(40), async answer =>
        {
            // Others are answered meanwhile.
            await Task.Delay(200);
            throw new StoreException("the disk is full");
        }));

        (Billed(run) + late).ShouldBe(run.Server.Billed);
    }

    private static async Task RunAsync(GovernedServer run, bool getsThrough)
    {
        // One batch, so that all tries are of the same request.
        var running = run.RunAsync(GovernedServer.Inputs(4));
        if (getsThrough)
        {
            await running;
        }
        else
        {
            (await Should.ThrowAsync<EmbSyncException>(running)).ExitCode.ShouldBeOneOf(ExitCode.Failed, ExitCode.Refused);
        }
    }

    private static long Billed(GovernedServer run) => run.Answers.Sum(answer => answer.BilledTokens ?? 0);

    private static Fault Named(string name) => name switch
    {
        "fewer" => Fault.Fewer(),
        "more" => Fault.More(),
        "doubled" => Fault.DoubledIndex(),
        "missing" => Fault.MissingIndex(),
        "model" => Fault.OtherModel(),
        "dimension" => Fault.WrongDimension(),
        "nan" => Fault.NaN(),
        "zero" => Fault.Zero(),
        "limited" => Fault.RateLimited(),
        _ => Fault.Status(401),
    };
}
