using JobLineage.Core.Feed.Trigger;

namespace JobLineage.Tests.Feed.Trigger;

public sealed class LookPaceTests
{
    private readonly LookPace _pace = new(TimeSpan.FromMilliseconds(120), TimeSpan.FromSeconds(5));

    [Fact]
    public void After_news_the_next_looks_come_soon_and_then_ever_later()
    {
        Assert.Equal(120, Pause(found: true));
        Assert.Equal([240, 480, 960, 1920, 3840, 5000, 5000], Enumerable.Range(0, 7).Select(_ => Pause(found: false)));
        Assert.Equal(120, Pause(found: true));
    }

    [Fact]
    public void A_look_that_takes_long_is_followed_by_a_longer_rest() =>
        Assert.Equal(TimeSpan.FromSeconds(8), _pace.After(found: true, TimeSpan.FromSeconds(2)));

    private double Pause(bool found) => _pace.After(found, TimeSpan.FromMilliseconds(1)).TotalMilliseconds;
}
