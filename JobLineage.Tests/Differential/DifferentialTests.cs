using JobLineage.Core.Model;
using Xunit.Abstractions;

namespace JobLineage.Tests.Differential;

// A class each: they run side by side.

public sealed class BigIntForestTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Store_and_direct_queries_agree_with_an_oracle(int block) => Trials.RunAsync(block, 110, r => new Forest(r, JobIdKind.BigInt), output);
}

public sealed class UuidForestTests(ITestOutputHelper output)
{
    [Fact]
    public Task Store_and_direct_queries_agree_with_an_oracle() => Trials.RunAsync(4, 110, r => new Forest(r, JobIdKind.Uuid), output);
}

public sealed class TextForestTests(ITestOutputHelper output)
{
    [Fact]
    public Task Store_and_direct_queries_agree_with_an_oracle() => Trials.RunAsync(5, 110, r => new Forest(r, JobIdKind.Text), output);
}

public sealed class KeyForestTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(6, JobIdKind.BigInt)]
    [InlineData(7, JobIdKind.Text)]
    public Task Store_and_direct_queries_agree_with_an_oracle(int block, JobIdKind kind) => Trials.RunAsync(block, 60, r => new KeyForest(r, kind), output);
}
