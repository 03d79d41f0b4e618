using JobLineage.Core.Contract;
using JobLineage.Dashboard.Live;

namespace JobLineage.Tests.Components;

/// <summary>Times in the zone that the viewer's browser asks for.</summary>
public sealed class ViewerZoneTests
{
    private static readonly DateTimeOffset Winter = new(2026, 1, 14, 23, 30, 7, TimeSpan.Zero);

    [Theory]
    [InlineData("Europe%2FWarsaw", "2026-01-15 00:30:07 UTC+1")]
    [InlineData("America/New_York", "2026-01-14 18:30:07 UTC-5")]
    [InlineData("Asia/Kolkata", "2026-01-15 05:00:07 UTC+5:30")]
    [InlineData("utc", "2026-01-14 23:30:07 UTC")]
    [InlineData("", "2026-01-14 23:30:07 UTC")]
    [InlineData(null, "2026-01-14 23:30:07 UTC")]
    [InlineData("Mars/Olympus", "2026-01-14 23:30:07 UTC")]
    [InlineData("../../etc/passwd", "2026-01-14 23:30:07 UTC")]
    [InlineData("/etc/localtime", "2026-01-14 23:30:07 UTC")]
    public void A_moment_says_its_zone(string? cookie, string written) => Assert.Equal(written, Format.Time(Winter, ViewerZone.Of(cookie)));

    [Fact]
    public void Summer_is_an_hour_ahead() => Assert.Equal("01:30:07 UTC+2", Format.Clock(Winter.AddMonths(6), ViewerZone.Of("Europe/Warsaw")));
}
