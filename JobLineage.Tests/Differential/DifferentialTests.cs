using JobLineage.Core.Model;
using JobLineage.Tests.Support;
using Xunit.Abstractions;

namespace JobLineage.Tests.Differential;

// A class each: they run side by side. A short run tries the first few of each kind, `./test.sh --all` as many as here stand.

[Takes(25)]
public sealed class BigIntForestTests(ITestOutputHelper output)
{
    public static TheoryData<int> Blocks => [.. TrialScope.Of([1], [2])];

    [Theory]
    [MemberData(nameof(Blocks))]
    public Task Store_and_direct_queries_agree_with_an_oracle(int block) => Trials.RunAsync(block, TrialScope.Of(20, 110), r => new Forest(r, JobIdKind.BigInt), output);
}

[Takes(20)]
public sealed class UuidForestTests(ITestOutputHelper output)
{
    [Fact]
    public Task Store_and_direct_queries_agree_with_an_oracle() => Trials.RunAsync(4, TrialScope.Of(20, 110), r => new Forest(r, JobIdKind.Uuid), output);
}

[Takes(20)]
public sealed class TextForestTests(ITestOutputHelper output)
{
    [Fact]
    public Task Store_and_direct_queries_agree_with_an_oracle() => Trials.RunAsync(5, TrialScope.Of(20, 110), r => new Forest(r, JobIdKind.Text), output);
}

[Takes(20)]
public sealed class KeyForestTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(6, JobIdKind.BigInt)]
    [InlineData(7, JobIdKind.Text)]
    public Task Store_and_direct_queries_agree_with_an_oracle(int block, JobIdKind kind) => Trials.RunAsync(block, TrialScope.Of(15, 60), r => new KeyForest(r, kind), output);
}
