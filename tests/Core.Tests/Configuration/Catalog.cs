using EmbSync.Core.Configuration;

namespace EmbSync.Core.Tests.Configuration;

public sealed class Catalog
{
    [Fact]
    public void Knows_the_hosted_models_with_their_published_prices()
    {
        ModelCatalog.Find("text-embedding-3-small").ShouldBe(new KnownModel("text-embedding-3-small", 1536, true, 8191, 0.02m));
        ModelCatalog.Find("text-embedding-3-large").ShouldBe(new KnownModel("text-embedding-3-large", 3072, true, 8191, 0.13m));
        ModelCatalog.Find("text-embedding-ada-002").ShouldBe(new KnownModel("text-embedding-ada-002", 1536, false, 8191, 0.10m));
        ModelCatalog.Find("nomic-embed-text").ShouldBeNull("an unknown price is null, never 0");
    }
}
