using JobLineage.Core.Feed;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Feed;

public sealed class FeedOptionsTests
{
    [Fact]
    public void What_is_not_said_is_as_the_product_has_it()
    {
        Assert.Equal(new FeedOptions(), Read().Options);
        var (options, errors) = Read(("ReconcileInterval", "00:00:20"), ("sweepinterval", "00:01:00"), ("MaxConnections", "4"));
        Assert.Equal(new FeedOptions { ReconcileInterval = TimeSpan.FromSeconds(20), SweepInterval = TimeSpan.FromMinutes(1), MaxConnections = 4 }, options);
        Assert.Empty(errors);
        Assert.Equal((new FeedOptions(), 0), (Read(("SweepInterval", " ")).Options, Read(("SweepInterval", " ")).Errors.Count));
    }

    [Theory]
    [InlineData("ReconcileInterval", "10", "is '10'; write a duration of at least a second, such as 00:10:00.")]
    [InlineData("SweepInterval", "00:00:00", "is '00:00:00'; write a duration of at least a second, such as 00:10:00.")]
    [InlineData("MaxConnections", "2", "is '2'; write a number of connections from 3 (one listens, one reads at length, one looks) to 1000.")]
    [InlineData("ReconcileIntervall", "00:10:00", "is not a known key; did you mean ReconcileInterval?")]
    [InlineData("SweepInterval:Idle", "00:10:00", "is not a known key; JobLineage:Feed:SweepInterval has nothing below it.")]
    public void What_is_wrong_is_said_by_name(string key, string value, string sentence) =>
        Assert.Equal($"JobLineage:Feed:{key} {sentence}", Assert.Single(Read((key, value)).Errors));

    private static (FeedOptions Options, IReadOnlyList<string> Errors) Read(params (string Key, string Value)[] settings) =>
        ReadOptions.Of<FeedOptions>([.. settings.Select(s => ($"JobLineage:Feed:{s.Key}", (string?)s.Value))]);
}
