using JobLineage.Tests.Support;

namespace JobLineage.Tests.Sources;

public sealed class KeepRunsTests
{
    private const string All = "JobLineage:History:KeepRuns";
    private const string Own = "JobLineage:Sources:oban:KeepRuns";

    [Fact]
    public void Runs_are_kept_for_two_weeks_unless_something_else_is_said()
    {
        Assert.Equal(TimeSpan.FromDays(14), Read().Keep);
        Assert.Equal(TimeSpan.FromDays(90), Read((All, "90.00:00:00")).Keep);
        Assert.Equal(TimeSpan.FromHours(1), Read((All, "90.00:00:00"), (Own, "01:00:00")).Keep);
        Assert.Null(Read((All, "forever")).Keep);
        Assert.Null(Read((Own, "Forever")).Keep);
        Assert.Equal(TimeSpan.FromDays(2), Read((All, "forever"), (Own, "2.00:00:00")).Keep);
    }

    [Theory]
    [InlineData(All, "14", All + " is '14'; write a duration of at least an hour, such as 14.00:00:00 (14 days), or forever.")]
    [InlineData(All, "00:59:59", All + " is '00:59:59'; write a duration")]
    [InlineData(All, "", All + " is ''; write a duration")]
    [InlineData(All, "-14.00:00:00", All + " is '-14.00:00:00'")]
    [InlineData(All, "9999999.00:00:00", All + " is '9999999.00:00:00'")]
    [InlineData(Own, "soon", Own + " is 'soon'; write a duration")]
    [InlineData("JobLineage:History:KeepRun", "14.00:00:00", "JobLineage:History:KeepRun is not a known key; did you mean KeepRuns?")]
    public void What_is_wrong_is_said_by_its_key(string key, string value, string sentence) =>
        Assert.StartsWith(sentence, Assert.Single(Read((key, value)).Errors));

    private static (TimeSpan? Keep, IReadOnlyList<string> Errors) Read(params (string Key, string Value)[] settings)
    {
        var read = ReadOptions.Sources([
            ("JobLineage:Sources:oban:Preset", "oban"), ("JobLineage:Sources:oban:ConnectionString", "Host=db"), .. settings.Select(s => (s.Key, (string?)s.Value))]);
        return (read.Sources.FirstOrDefault()?.KeepRuns, read.Errors);
    }
}
