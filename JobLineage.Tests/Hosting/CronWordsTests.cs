using JobLineage.Dashboard.Hosting;

namespace JobLineage.Tests.Hosting;

public sealed class CronWordsTests
{
    [Theory]
    [InlineData("0 * * * *", "each hour")]
    [InlineData("0 0 * * * ?", "each hour")]
    [InlineData("0 0/5 * * * ?", "every 5 minutes")]
    [InlineData("*/10 * * * *", "every 10 minutes")]
    [InlineData("15 * * * *", "each hour, 15 min past")]
    [InlineData("30 6 * * *", "each day at 06:30 UTC")]
    [InlineData("30 6 * * 1-5", "on workdays at 06:30 UTC")]
    [InlineData("0 30 6 ? * MON-FRI", "on workdays at 06:30 UTC")]
    [InlineData("0 30 6 ? * 2", "on Mondays at 06:30 UTC")]
    [InlineData("0 6 * * 0", "on Sundays at 06:00 UTC")]
    [InlineData("0 */6 * * *", "every 6 hours")]
    [InlineData("0 6,18 * * *", "by the schedule '0 6,18 * * *' (UTC)")]
    [InlineData("*/7 * * * *", "by the schedule '*/7 * * * *' (UTC)")]
    public void A_schedule_in_words(string cron, string words) => Assert.Equal(words, CronWords.Of(cron));
}
