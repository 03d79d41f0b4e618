using JobLineage.Core.Diagnosis;

namespace JobLineage.Tests.Diagnosis;

/// <summary>What sets failed jobs apart, and what only seems to.</summary>
public class ArgsContrastTests
{
    [Fact]
    public void A_value_that_the_failed_have_and_the_others_have_not_is_found()
    {
        var result = ArgsContrast.Of(Jobs(100, n => n < 94 ? "eu" : "us"), Jobs(200, n => n < 22 ? "eu" : "us"))!;

        var only = Assert.Single(result.Differences);
        Assert.Equal(("region", "eu", 0.94, 0.11), (only.Key, only.Value, only.FailedShare, only.SucceededShare));
    }

    [Fact]
    public void A_key_that_the_failed_lack_is_found()
    {
        var result = ArgsContrast.Of(
            Enumerable.Range(0, 40).Select(n => $$"""{"id":{{n}}}"""), Enumerable.Range(0, 40).Select(n => $$"""{"id":{{n}},"tmdb_id":{{n}}}"""))!;

        var only = Assert.Single(result.Differences);
        Assert.Equal(("tmdb_id", null, 1.0, 0.0), (only.Key, only.Value, only.FailedShare, only.SucceededShare));
    }

    [Theory]
    [InlineData(19, 500)]
    [InlineData(500, 19)]
    public void Too_few_of_either_say_nothing(int failed, int succeeded) =>
        Assert.Null(ArgsContrast.Of(Jobs(failed, _ => "eu"), Jobs(succeeded, _ => "us")));

    [Fact]
    public void Values_that_are_everybodys_or_each_ones_own_are_no_finding()
    {
        var result = ArgsContrast.Of(Jobs(200, n => n % 3 == 0 ? "eu" : "us"), Jobs(200, n => n % 3 == 1 ? "eu" : "us"))!;

        Assert.Empty(result.Differences);
        Assert.Equal((200, 200), (result.Failed, result.Succeeded));
    }

    [Fact]
    public void A_small_difference_in_a_small_sample_is_no_finding() =>
        Assert.Empty(ArgsContrast.Of(Jobs(24, n => n < 12 ? "eu" : "us"), Jobs(24, n => n < 5 ? "eu" : "us"))!.Differences);

    [Fact]
    public void Chance_among_many_values_is_no_finding()
    {
        // 40 keys of coin tosses: some of them differ by what would look like much if it stood alone.
        for (var seed = 0; seed < 20; seed++)
        {
            var coin = new Random(seed);
            string Toss() => "{" + string.Join(',', Enumerable.Range(0, 40).Select(key => $"\"k{key}\":{coin.Next(2)}")) + "}";
            Assert.Empty(ArgsContrast.Of([.. Enumerable.Range(0, 60).Select(_ => Toss())], [.. Enumerable.Range(0, 60).Select(_ => Toss())])!.Differences);
        }
    }

    [Fact]
    public void What_is_no_whole_object_is_not_counted()
    {
        var broken = new[] { null, "[1]", "{\"region\":\"e", "7" };

        var result = ArgsContrast.Of(Jobs(30, _ => "eu").Concat(broken), Jobs(30, _ => "us").Concat(broken))!;

        Assert.Equal((30, 30), (result.Failed, result.Succeeded));
    }

    private static IEnumerable<string?> Jobs(int count, Func<int, string> region) =>
        Enumerable.Range(0, count).Select(n => $$"""{"id":{{n}},"region":"{{region(n)}}","nested":[1]}""");
}
