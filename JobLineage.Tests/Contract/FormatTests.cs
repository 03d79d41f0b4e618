using System.Text.RegularExpressions;
using JobLineage.Tests.Architecture;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Contract;

/// <summary>How numbers, times and spans are written, and that it is done in one place.</summary>
public sealed partial class FormatTests
{
    /// <summary>Who writes for a protocol, an address or a file's name, or stands below the room.</summary>
    private static readonly string[] Others =
    [
        "JobLineage.Core/Contract/Format.cs", "JobLineage.Core/Model/TimeWords.cs", "JobLineage.Core/Model/JobFilterParser.cs",
        "JobLineage.Dashboard/Components/Runs/RunsFilter.razor", "JobLineage.Dashboard/Demo/",
    ];

    [Theory]
    [InlineData(0.4, "now")]
    [InlineData(12, "12 s ago")]
    [InlineData(-90, "in 1 min")]
    [InlineData(7_300, "2 h ago")]
    [InlineData(400_000, "4 d ago")]
    public void Times_are_relative_in_one_unit(double secondsAgo, string text) =>
        Assert.Equal(text, Format.Ago(SomeRuns.Noon.AddSeconds(-secondsAgo), SomeRuns.Noon));

    [Theory]
    [InlineData(0.004, "0.0 s", "4 ms", "0 s", "0 s", "0 s")]
    [InlineData(4.2, "4.2 s", "4.2 s", "4.2 s", "4 s", "4 s")]
    [InlineData(12.5, "12 s", "12 s", "12 s", "12 s", "12 s")]
    [InlineData(90, "1 min 30 s", "1 min 30 s", "1 min", "1:30", "1 min 30 s")]
    [InlineData(200, "3 min 20 s", "3 min 20 s", "3 min", "3:20", "3 min 20 s")]
    [InlineData(3_720, "1 h 02 min", "1 h 02 min", "1 h 2 min", "1:02 h", "1 h 2 min")]
    [InlineData(129_600, "36 h 00 min", "36 h 00 min", "36 h", "36 h", "1 d 12 h")]
    [InlineData(1_000_000, "11 d 13 h", "11 d 13 h", "11 days", "11 d", "11 d 13 h 46 min 40 s")]
    [InlineData(-5, "0 s", "0 ms", "-5 s", "-5 s", "-5 s")]
    public void Spans_have_a_form_for_a_column_a_sentence_a_mark_and_as_configured(double seconds, string column, string fine, string sentence, string mark, string exact)
    {
        var span = TimeSpan.FromSeconds(seconds);

        Assert.Equal((column, fine, sentence, mark, exact), (Format.Duration(span), Format.Span(span), Format.Words(span), Format.Tick(span), Format.Exact(span)));
        Assert.Equal("–", Format.Span(null));
    }

    [Theory]
    [InlineData(0, "0 %", "0 %")]
    [InlineData(0.0004, "<1 %", "<1 %")]
    [InlineData(0.0005, "<1 %", "0.1 %")]
    [InlineData(0.052, "5 %", "5.2 %")]
    [InlineData(0.59, "59 %", "59 %")]
    [InlineData(0.9999, ">99 %", ">99 %")]
    [InlineData(1, "100 %", "100 %")]
    public void A_part_is_never_rounded_to_nothing_or_to_all(double share, string percent, string fine) =>
        Assert.Equal((percent, fine), (Format.Percent(share), Format.FinePercent(share)));

    [Fact]
    public void Numbers_have_separators_and_things_their_plural()
    {
        Assert.Equal(("1,111", "1 job", "0 jobs", "1 summary", "2,000 summaries"), (Format.Count(1_111), Format.Jobs(1), Format.Jobs(0), Format.Count(1, "summary", "summaries"), Format.Count(2_000, "summary", "summaries")));
        Assert.Equal(("2.5", "10", "1,200"), (Format.Rate(2.5), Format.Rate(9.96), Format.Rate(1_200)));
        Assert.Equal(("1.25", "13", "1,300"), (Format.Ratio(1.25), Format.Ratio(13.4), Format.Ratio(1_300)));
        Assert.Equal(("abcd", "abc…", "a…"), (Format.Short("abcd", 4), Format.Short("abcde", 4), Format.Short("a\ud83e\udd16bc", 3)));
    }

    [Fact]
    public void Times_are_in_utc_with_their_zone()
    {
        var time = new DateTimeOffset(2026, 3, 14, 14, 0, 7, 500, TimeSpan.FromHours(2));

        Assert.Equal(
            ("2026-03-14 12:00:07 UTC", "2026-03-14 12:00 UTC", "12:00:07 UTC", "2026-03-14 12:00:07Z", "2026-03-14T12:00:07.5Z", "2026-03-14T12:00:07Z"),
            (Format.Time(time), Format.Minute(time), Format.Clock(time), Format.Stamp(time), Format.Iso(time), Format.IsoSecond(time)));
    }

    [Fact]
    public void Nothing_else_writes_numbers_times_or_spans()
    {
        var wrong = string.Join(Environment.NewLine, SourceFiles.Of("JobLineage.Core", ".cs").Concat(SourceFiles.Of("JobLineage.Dashboard", ".cs", ".razor"))
            .Where(file => !Others.Any(other => file.Name.StartsWith(other, StringComparison.Ordinal)))
            .SelectMany(file => File.ReadLines(file.Path).Where(line => Written().IsMatch(line)).Select(line => $"{file.Name}: {line.Trim()}")));

        Assert.True(wrong.Length == 0, wrong);
    }

    [Theory]
    [InlineData("{jobs:N0} of them", true)]
    [InlineData("count.ToString(\"N0\", CultureInfo.InvariantCulture)", true)]
    [InlineData("{at:yyyy-MM-dd HH:mm:ss} UTC", true)]
    [InlineData("{ TotalHours: < 48 } => ", true)]
    [InlineData("(share * 100).ToString(\"0\") + \" %\"", true)]
    [InlineData("count == 1 ? \"1 run\" : $\"{Format.Count(count)} runs\"", true)]
    [InlineData("{at:yyyyMMdd'T'HHmmss'Z'}.csv", false)]
    [InlineData("if (span.TotalHours < 48)", false)]
    public void A_form_is_seen(string line, bool isSeen) => Assert.Equal(isSeen, Written().IsMatch(line));

    [GeneratedRegex("""\"N0\"|:N0\}|HH:mm|\{ ?Total(Seconds|Minutes|Hours|Days): *[<>]|\+ " (%|s|ms|min|h)"|== 1 \? "1 """)]
    private static partial Regex Written();
}
