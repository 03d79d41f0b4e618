using JobLineage.Core.Postgres;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Postgres;

public sealed class OutageTests
{
    [Fact]
    public void An_outage_is_said_once_until_it_becomes_another_or_has_lasted_long()
    {
        var time = new TestClock();
        var outage = new Outage(time);
        Assert.False(outage.End());
        Assert.True(outage.IsNews("wrong password"));
        Assert.False(outage.IsNews("wrong password"));
        Assert.True(outage.IsNews("no such database"));
        time.Advance(TimeSpan.FromMinutes(14));
        Assert.False(outage.IsNews("no such database"));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(outage.IsNews("no such database"));
        Assert.True(outage.End());
        Assert.False(outage.End());
        Assert.True(outage.IsNews("no such database"));
    }

    [Fact]
    public void What_somebody_must_mend_is_tried_less_and_less_often_and_what_passes_soon()
    {
        var backoff = new Backoff();
        Assert.Equal([1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 7).Select(_ => backoff.Next(isTransient: false).TotalSeconds));
        Assert.Equal(2, backoff.Next(isTransient: true).TotalSeconds);
        backoff.Reset();
        Assert.Equal([1, 2, 2], Enumerable.Range(0, 3).Select(_ => backoff.Next(isTransient: true).TotalSeconds));
    }
}
