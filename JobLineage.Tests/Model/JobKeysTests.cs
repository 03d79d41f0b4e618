using JobLineage.Core.Model;

namespace JobLineage.Tests.Model;

public sealed class JobKeysTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 30, 1, 2, 3, 456, 789, TimeSpan.Zero);

    [Theory]
    [InlineData("7")]
    [InlineData("user~20@example.com")]
    [InlineData("a/b~c")]
    public void The_key_of_an_earlier_job_is_its_id_and_its_time_and_can_be_read_back(string id)
    {
        Assert.Equal(id, JobKeys.Of(id));
        var earlier = JobKeys.Earlier(id, At);
        Assert.Equal(id + "~20261130T010203.456789Z", earlier);
        Assert.True(JobKeys.TryRead(earlier, out var newest, out var inserted));
        Assert.Equal((id, At), (newest, inserted));
        Assert.Equal(id, JobKeys.Newest(earlier));
        Assert.False(JobKeys.TryRead(id, out _, out _));
    }

    [Fact]
    public void An_id_that_looks_like_an_earlier_jobs_key_gets_another_key()
    {
        var id = JobKeys.Earlier("7", At);
        Assert.NotEqual(id, JobKeys.Of(id));
        Assert.False(JobKeys.TryRead(JobKeys.Of(id), out _, out _));
        Assert.NotEqual(JobKeys.Of(id), JobKeys.Of(JobKeys.Of(id)));
    }

    [Fact]
    public void Texts_that_are_too_long_keep_their_beginning_and_stay_different()
    {
        var (one, other) = (new string('x', 12_800) + "1", new string('x', 12_800) + "2");
        Assert.NotEqual(ShortText.Of(one), ShortText.Of(other));
        Assert.StartsWith(new string('x', 400) + "…#", ShortText.Of(one));
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(ShortText.Of(one)) <= ShortText.Longest);
        Assert.Equal(ShortText.Of(one), ShortText.Of(one));
        Assert.Equal(new string('x', ShortText.Longest), ShortText.Of(new string('x', ShortText.Longest)));
        // Two bytes each, and four in pairs that are not torn.
        Assert.NotEqual(new string('é', 501), ShortText.Of(new string('é', 501)));
        var pairs = ShortText.Of(string.Concat(Enumerable.Repeat("😀", 300)));
        Assert.StartsWith(string.Concat(Enumerable.Repeat("😀", 100)) + "…#", pairs);
        // Nobody can write a text that equals another one's short form.
        Assert.NotEqual(ShortText.Of(one), ShortText.Of(ShortText.Of(one)));
    }

    [Fact]
    public void Earlier_jobs_stand_behind_the_newest_of_their_id_and_before_the_next_id()
    {
        string[] ids = ["10", JobKeys.Earlier("9", At.AddDays(1)), JobKeys.Earlier("10", At), "9", JobKeys.Earlier("9", At)];
        Array.Sort(ids, (a, b) => JobIds.Compare(JobIdKind.BigInt, a, b));
        Assert.Equal(["9", JobKeys.Earlier("9", At), JobKeys.Earlier("9", At.AddDays(1)), "10", JobKeys.Earlier("10", At)], ids);
    }
}
