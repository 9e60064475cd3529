using EmbSync.Core.Model;
using EmbSync.Core.Providers;
using EmbSync.Tests;

namespace EmbSync.Core.Tests.Embedding;

/// <summary>Of what a provider answers: another model, another length, order, encoding, vectors that are none.</summary>
public partial class ProviderFaults
{
    [Fact]
    public async Task Of_another_model_name_both()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Decide = _ => Fault.OtherModel("text-embedding-3-large");
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        failed.Message.ShouldContain(GovernedServer.Model);
        failed.Message.ShouldContain("text-embedding-3-large");
    }

    [Fact]
    public async Task Of_dimension_name_both()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Decide = _ => Fault.WrongDimension(7);
        var failed = await Should.ThrowAsync<ProviderFailedException>(() => run.RunAsync(GovernedServer.Inputs(3)));
        failed.Message.ShouldContain("dimension 7, not 8");
    }

    [Fact]
    public async Task In_order_are_none()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Decide = _ => Fault.Shuffle();
        await run.RunAsync(GovernedServer.Inputs(40));
        run.ShouldHaveAnswered(GovernedServer.Inputs(40));
        run.Server.Requests.ShouldBe(3);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("infinity")]
    [InlineData("zero")]
    [InlineData("wrong dimension at one")]
    public async Task Of_single_vectors_buy_only_those_again(string name)
    {
        await using var run = await GovernedServer.StartAsync(GovernedServer.Options(concurrency: 1));
        run.Server.Next(PassingFault(name));
        await run.RunAsync(GovernedServer.Inputs(16));
        run.ShouldHaveAnswered(GovernedServer.Inputs(16));
        run.ShouldHaveBoughtOnce();
        run.Server.Log.Select(request => request.Inputs.Count).ShouldBe([16, 1]);
    }

    [Fact]
    public async Task Of_a_vector_that_stays_bad_set_its_text_aside()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Spoils = text => text.Contains("spoilt");
        EmbedInput[] inputs = [.. GovernedServer.Inputs(40), GovernedServer.Input("spoilt")];
        await run.RunAsync(inputs);
        run.ShouldHaveAnswered(inputs, "spoilt");
        run.Failures.Single().Failure!.Code.ShouldBe(ProblemCodes.BadVector);
        run.ShouldHaveBoughtOnce();
    }

    [Fact]
    public async Task Of_length_are_mended()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Decide = _ => Fault.Unnormalised();
        await run.RunAsync(GovernedServer.Inputs(5));
        foreach (var result in run.Results)
        {
            result.Vector.ToArray().Sum(value => (double)value * value).ShouldBe(1, 1e-5);
            var own = FakeEmbeddingServer.VectorFor(GovernedServer.Model, GovernedServer.Dimension, result.Input.Text);
            result.Vector.ToArray().Zip(own).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
        }
    }

    [Fact]
    public async Task Of_encoding_are_none()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Next(Fault.Floats(), Fault.None());
        await run.RunAsync(GovernedServer.Inputs(32));
        run.ShouldHaveAnswered(GovernedServer.Inputs(32));
        run.Server.Log.ShouldAllBe(request => request.Base64);
        run.Server.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task Of_usage_leave_the_tokens_unknown()
    {
        await using var run = await GovernedServer.StartAsync();
        run.Server.Decide = request => request.Inputs.Contains("text 0") ? Fault.NoUsage() : null;
        await run.RunAsync(GovernedServer.Inputs(32));
        run.Answers.Single(answer => answer.Results.Any(result => result.Input.Text == "text 0")).BilledTokens.ShouldBeNull();
        run.Answers.Single(answer => answer.BilledTokens is not null).BilledTokens
            .ShouldBe(GovernedServer.Inputs(32).Skip(16).Sum(input => input.Tokens));
    }
}
