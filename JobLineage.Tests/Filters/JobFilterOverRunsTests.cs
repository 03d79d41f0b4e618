using JobLineage.Core.Model;

namespace JobLineage.Tests.Filters;

/// <summary>What people type above the list of runs.</summary>
public sealed class JobFilterOverRunsTests
{
    private static readonly JobFilterNames Names = new(["SyncJob"], [], [], [["source_id"]]);

    [Fact]
    public void From_is_a_word_there_and_is_printed()
    {
        var reading = JobFilter.ParseOverRuns("from:120m args.source_id:13 eu state:discarded error:boom", isBounded: false);

        Assert.Null(reading.Problem);
        Assert.Equal((TimeSpan.FromHours(2), "state:discarded args.source_id:13 error:boom from:2h eu"), (reading.Filter.From, reading.Filter.ToString()));
        Assert.Equal("state:discarded args.source_id:13 error:boom", reading.Filter.OfJobs.ToString());
        Assert.Equal("q=args.source_id:13 error:boom from:2h eu", string.Join(' ', JobFilterParameters.Of(reading.Filter).Where(p => p.Name == "q").Select(p => $"{p.Name}={p.Value}")));
        Assert.Contains("'from:' is said twice", JobFilter.ParseOverRuns("from:1h from:2h", isBounded: false).Problem!.Sentence);
    }

    [Theory]
    [InlineData("args.source_id:13", 1, "args.source_id:")]
    [InlineData("state:discarded args.\"a b\".c:1 eu", 17, "args.\"a b\".c:")]
    [InlineData("eu error:\"not found\"", 4, "error:")]
    [InlineData("error:#17 ", 1, "error:")]
    [InlineData("error:x args.a:1", 1, "error:")]
    public void Arguments_and_errors_need_it_and_are_refused_with_their_place_and_what_to_write(string typed, int at, string word)
    {
        var problem = JobFilter.ParseOverRuns(typed, isBounded: false).Problem;

        Assert.NotNull(problem);
        Assert.Equal((at, $"{word} is looked for in every job of the runs that are searched, so it takes how far back: add from:, as in from:2h."), (problem.At, problem.Sentence));
        var instead = JobFilter.ParseOverRuns(problem.Instead, isBounded: false);
        Assert.Null(instead.Problem);
        Assert.Equal(JobFilter.ParseOverRuns(typed, isBounded: true).Filter with { From = TimeSpan.FromHours(2) }, instead.Filter);
        // Where something else bounds them, and in a run, they need nothing.
        Assert.Null(JobFilter.ParseOverRuns(typed, isBounded: true).Problem);
        Assert.Null(JobFilter.Parse(typed).Problem);
    }

    [Theory]
    [InlineData("state:discarded worker:X queue:q below:7 id:1,2 stage:A/B older:5m newer:2h")]
    [InlineData("eu west")]
    [InlineData("from:2h")]
    public void Nothing_else_needs_it(string typed) => Assert.Null(JobFilter.ParseOverRuns(typed, isBounded: false).Problem);

    [Theory]
    [InlineData("from:2h", 1, "newer:2h")]
    [InlineData("eu FROM:2h state:completed", 4, "eu newer:2h state:completed")]
    public void In_a_run_it_is_no_word_and_says_which_is(string typed, int at, string instead)
    {
        var problem = JobFilter.Parse(typed).Problem!;

        Assert.StartsWith("from: says how far back runs are searched, and this is one run; newer: finds", problem.Sentence);
        Assert.Equal((at, instead), (problem.At, problem.Instead));
        Assert.Null(JobFilter.Parse(instead).Problem);
    }

    [Theory]
    [InlineData("12:30:00")]
    [InlineData("2026-03-14T12:00:00Z")]
    [InlineData("\"page\": 3")]
    [InlineData("movie \"x")]
    [InlineData("say\"hi\"")]
    [InlineData("** (Req.TransportError): refused")]
    [InlineData("apple/refresh_catalog:7")]
    [InlineData("<img src=x onerror=alert(1)> {0} %s \"'&")]
    public void A_text_without_a_word_is_looked_for_as_it_stands(string typed)
    {
        var reading = JobFilter.ParseOverRuns($" {typed} ", isBounded: false);

        Assert.Null(reading.Problem);
        Assert.Equal(new JobFilter { Texts = [typed] }, reading.Filter);
    }

    [Theory]
    [InlineData("sate:discarded", 1, "did you mean state:?")]
    [InlineData("form:2h", 1, "did you mean from:?")]
    [InlineData("timeout: late", 1, "older:, newer:, from:; an argument is args.timeout:, and a text with a colon is found in quotes: \"timeout:\"")]
    [InlineData("from:yesterday", 6, "from: takes a whole number with s, m, h, d or w")]
    [InlineData("args.:1", 1, "The path of an argument")]
    [InlineData("eu state:discarded \"open", 20, "does not end")]
    [InlineData("a\0b", 2, "no database can hold")]
    [InlineData("\0", 1, "no database can hold")]
    public void What_is_wrong_is_refused_with_its_place_and_what_to_write(string typed, int at, string says)
    {
        var problem = JobFilter.ParseOverRuns(typed, isBounded: false).Problem!;

        Assert.Contains(says, problem.Sentence);
        Assert.Equal(at, problem.At);
    }

    [Fact]
    public void Whatever_is_typed_is_read_or_refused_and_printed_and_read_again_it_is_the_same()
    {
        var texts = new RandomFilters(new(9));
        for (var i = 0; i < 20_000; i++)
        {
            var text = texts.Text(20);
            foreach (var isBounded in new[] { true, false })
            {
                var reading = JobFilter.ParseOverRuns(text, isBounded);
                if (reading.Problem is { } problem)
                    Assert.InRange(problem.At, 1, text.Length + 1);
                else
                    Assert.Equal(reading.Filter, JobFilter.ParseOverRuns(reading.Filter.ToString(), isBounded).Filter);
            }

            var filter = texts.Any() with { From = i % 2 == 0 ? TimeSpan.FromSeconds(i + 1) : null };
            Assert.Equal(filter.ToString(), JobFilter.ParseOverRuns(filter.ToString(), isBounded: true).Filter.ToString());
        }
    }

    [Theory]
    [InlineData("fr|", "from:")]
    [InlineData("n|", "newer:")]
    [InlineData("from:|", "5m |1h |24h |7d ")]
    [InlineData("worker:sy|", "SyncJob ")]
    [InlineData("so|", "args.source_id:")]
    public void Words_and_names_that_fit_are_offered(string typed, string offered)
    {
        var caret = typed.IndexOf('|');

        Assert.Equal(offered, string.Join('|', JobFilterCompletion.At(typed.Remove(caret, 1), caret, Names, JobFilterScope.AllRuns).Select(option => option.Insert)));
        Assert.DoesNotContain("from:", JobFilterCompletion.At(typed.Remove(caret, 1), caret, Names).Select(option => option.Insert));
    }
}
