using JobLineage.Core.Model;

namespace JobLineage.Tests.Filters;

/// <summary>What people type, and how it is printed.</summary>
public sealed class JobFilterTests
{
    [Fact]
    public void All_words_of_one_filter_are_read_and_printed()
    {
        const string typed = "state:discarded,retryable worker:ShowtimeProcessJob stage:SyncJob/MoviePageJob queue:\"a queue\" below:7 id:12,\"a,b\" "
            + "args.source_id:13 args.venue.\"a.b\".name:\"Kino: Pod Baranami\" error:\"movie_not_ready\" error:#17 older:5m newer:2w some words \"a \\\"quoted\\\" text\"";

        var filter = Read(typed);

        Assert.Equal([JobState.Retryable, JobState.Discarded], filter.States);
        Assert.Equal(
            ("ShowtimeProcessJob", "SyncJob/MoviePageJob", "a queue", "7", 17, TimeSpan.FromMinutes(5), TimeSpan.FromDays(14)),
            (filter.Worker, filter.Stage, filter.Queue, filter.Below, filter.Error, filter.Older, filter.Newer));
        Assert.Equal(["12", "a,b"], filter.Ids);
        Assert.Equal([new(["source_id"], "13"), new(["venue", "a.b", "name"], "Kino: Pod Baranami")], filter.Args);
        Assert.Equal(["movie_not_ready"], filter.ErrorTexts);
        Assert.Equal(["some words", "a \"quoted\" text"], filter.Texts);
        Assert.Equal(
            "state:retryable,discarded stage:SyncJob/MoviePageJob worker:ShowtimeProcessJob queue:\"a queue\" below:7 id:12,\"a,b\" args.source_id:13 "
            + "args.venue.\"a.b\".name:\"Kino: Pod Baranami\" error:#17 error:movie_not_ready older:5m newer:2w \"some words\" \"a \\\"quoted\\\" text\"", filter.ToString());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("   ", "")]
    [InlineData("eu", "eu")]
    [InlineData("EU west", "\"EU west\"")]
    [InlineData("EU  west", "\"EU  west\"")]
    [InlineData("100%", "100%")]
    [InlineData("a\\b", "a\\b")]
    [InlineData("args.source_id", "args.source_id")]
    [InlineData("\"a\" \"b\"", "\"a\" \"b\"")]
    [InlineData("\"a\\nb\"", "a\\nb")]
    [InlineData("foo STATE:Discarded bar", "state:discarded \"foo\" \"bar\"")]
    [InlineData("error:\"#17\"", "error:\"#17\"")]
    [InlineData("older:120s", "older:2m")]
    [InlineData("newer:48h", "newer:2d")]
    [InlineData("queue:\"\"", "queue:\"\"")]
    [InlineData("ARGS.a:1", "args.a:1")]
    [InlineData("args.a:\"\"", "args.a:\"\"")]
    [InlineData("state:completed state:completed", "state:completed")]
    public void What_is_typed_is_printed_in_one_form(string typed, string printed) => Assert.Equal(printed, Read(typed).ToString());

    [Theory]
    [InlineData("sate:discarded", 1, "did you mean state:?")]
    [InlineData("eu wroker:X", 4, "did you mean worker:?")]
    [InlineData("venue_id:13", 1, "an argument is args.venue_id:, and a text with a colon is found in quotes: \"venue_id:13\"")]
    [InlineData("12:30:00", 1, "a text with a colon is found in quotes: \"12:30:00\"")]
    [InlineData(":x", 1, "nothing before the colon")]
    [InlineData("state:broken", 7, "the states are available, scheduled, suspended, executing, retryable, completed, discarded, cancelled")]
    [InlineData("state:completed,discarted", 17, "did you mean discarded?")]
    [InlineData("state:", 7, "state: needs a value")]
    [InlineData("state:completed, discarded", 17, "behind the comma")]
    [InlineData("worker:\"\"", 8, "worker: needs a value")]
    [InlineData("worker:a:b", 9, "put in quotes: worker:\"a:b\"")]
    [InlineData("queue:a\"b", 8, "put in quotes")]
    [InlineData("say\"hi\"", 4, "A quote stands at the beginning")]
    [InlineData("\"ID\":5", 5, "A blank belongs behind the quote")]
    [InlineData("eu \"open", 4, "The quote that begins here does not end")]
    [InlineData("older:5", 7, "takes a whole number with s, m, h, d or w")]
    [InlineData("older:0m", 7, "takes a whole number")]
    [InlineData("newer:99999d", 7, "ten years at most")]
    [InlineData("error:#x", 7, "error:#17")]
    [InlineData("args:13", 1, "args.KEY:VALUE")]
    [InlineData("args.:13", 1, "The path of an argument")]
    [InlineData("args.\"a b\" 13", 1, "The path of an argument")]
    [InlineData("args.a:", 8, "args.a: needs a value")]
    [InlineData("stage:A stage:B", 9, "'stage:' is said twice, \"A\" and \"B\"")]
    [InlineData("state:completed state:discarded", 17, "with commas between them")]
    [InlineData("args.a:1 args.a:2", 10, "'args.a:' is said twice")]
    [InlineData("newer:1m older:5m", 10, "older: must be the shorter span")]
    [InlineData("a\0b", 2, "no database can hold")]
    public void What_is_wrong_is_refused_with_its_place_and_what_to_write(string typed, int at, string says)
    {
        var reading = JobFilter.Parse(typed);

        Assert.NotNull(reading.Problem);
        Assert.Contains(says, reading.Problem.Sentence);
        Assert.Equal(at, reading.Problem.At);
        Assert.EndsWith($"(at character {at})", reading.Problem.ToString());
        Assert.True(reading.Filter.IsAll);
    }

    [Theory]
    [InlineData("sate:discarded eu", "state:discarded eu")]
    [InlineData("eu 12:30", "\"eu\" \"12:30\"")]
    [InlineData("\"ID\":5", "\"\\\"ID\\\":5\"")]
    [InlineData("worker:a:b eu", "worker:\"a:b\" eu")]
    [InlineData("say \"hi", "\"say\" \"hi\"")]
    public void What_may_be_meant_instead_can_be_read(string typed, string meant) =>
        Assert.Equal(meant, Read(JobFilter.Parse(typed).Problem!.Instead!).ToString());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Printed_and_read_again_a_filter_is_the_same(int seed)
    {
        var filters = new RandomFilters(new(seed));
        for (var i = 0; i < 5_000; i++)
        {
            var filter = filters.Any();
            var again = Read(filter.ToString());

            Assert.Equal(filter.ToString(), again.ToString());
            Assert.Equal(filter, again);
            Assert.Equal(filter.Ids, again.Ids);
            Assert.Equal(filter.Args, again.Args);
            Assert.Equal(filter.Texts, again.Texts);
            Assert.Equal((filter.Older, filter.Newer, filter.Queue, filter.Error), (again.Older, again.Newer, again.Queue, again.Error));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Any_text_is_read_or_refused_and_never_throws(int seed)
    {
        var texts = new RandomFilters(new(seed));
        for (var i = 0; i < 20_000; i++)
        {
            var text = texts.Text(20);
            var reading = JobFilter.Parse(text);
            if (reading.Problem is { } problem)
            {
                Assert.InRange(problem.At, 1, text.Length + 1);
                continue;
            }

            Assert.Equal(reading.Filter, Read(reading.Filter.ToString()));
        }
    }

    [Fact]
    public void Half_of_a_pair_of_characters_is_refused()
    {
        Assert.Equal(2, JobFilter.Parse("a\ud800b").Problem!.At);
        Assert.Equal(3, JobFilter.Parse("a \udc00").Problem!.At);
        Assert.Equal(1, JobFilter.Parse("\ud83e").Problem!.At);
        Assert.Null(JobFilter.Parse("🤖").Problem);
    }

    [Fact]
    public void A_filter_that_is_too_long_or_says_too_much_is_refused()
    {
        Assert.Contains("characters at most", JobFilter.Parse(new('x', JobFilter.LongestText + 1)).Problem!.Sentence);
        Assert.Contains("400 ids at most", JobFilter.Parse("id:" + string.Join(',', Enumerable.Range(1, 401))).Problem!.Sentence);
        Assert.Contains("20 texts at most", JobFilter.Parse(string.Join(' ', Enumerable.Range(1, 21).Select(n => $"\"{n}\""))).Problem!.Sentence);
        Assert.Contains("10 keys at most", JobFilter.Parse("args." + string.Join('.', Enumerable.Range(1, 11)) + ":1").Problem!.Sentence);
        Assert.Null(JobFilter.Parse(new('x', JobFilter.LongestText)).Problem);
        // What one limit allows, the other does too.
        Assert.Null(JobFilter.Parse(new JobFilter { Ids = [.. Enumerable.Range(0, JobFilter.MostIds).Select(n => new Guid(n, 0, 0, new byte[8]).ToString())] }.ToString()).Problem);
        Assert.Null(JobFilter.Parse(string.Concat(Enumerable.Repeat("state:completed ", JobFilter.LongestText / 16))).Problem);
    }

    [Fact]
    public void Parameters_are_those_that_links_have_and_the_text_has_the_rest()
    {
        var filter = Read("state:discarded stage:A/B queue:q below:3 error:#17 id:1,2 worker:X eu");

        Assert.Equal(
            "stage=A/B state=discarded queue=q error=17 q=worker:X id:1,2 eu below=3",
            string.Join(' ', JobFilterParameters.Of(filter).Where(p => p.Value is not null).Select(p => $"{p.Name}={p.Value}")));
        Assert.Equal(
            "stage=A/B state=discarded queue=q error=17 q=worker:X eu below=3 ids=1 ids=2",
            string.Join(' ', JobFilterParameters.Of(filter, withIds: true).Where(p => p.Value is not null).Select(p => $"{p.Name}={p.Value}")));
        Assert.Equal("q=state:retryable,discarded queue:\"\"", string.Join(' ', JobFilterParameters.Of(Read("state:discarded,retryable queue:\"\"")).Where(p => p.Value is not null).Select(p => $"{p.Name}={p.Value}")));
    }

    [Theory]
    [InlineData("""{"a":13}""", "args.a:13", true)]
    [InlineData("""{"a":"13"}""", "args.a:13", true)]
    [InlineData("""{"a":13.0}""", "args.a:13", false)]
    [InlineData("""{"a":true}""", "args.a:true", true)]
    [InlineData("""{"a":null}""", "args.a:null", true)]
    [InlineData("""{"a":{}}""", "args.a:{}", false)]
    [InlineData("""{"a":[5,7]}""", "args.a.1:7", true)]
    [InlineData("""{"a":{"1":7}}""", "args.a.1:7", true)]
    [InlineData("""{"a":[5,7]}""", "args.a.01:7", false)]
    [InlineData("""{"a":[5,7]}""", "args.a.9:7", false)]
    [InlineData("""{"a.b":{"c d":"x"}}""", "args.\"a.b\".\"c d\":x", true)]
    [InlineData("""{"a":"\u00e9 \"q\" \\ % _"}""", "args.a:\"é \\\"q\\\" \\\\ % _\"", true)]
    [InlineData("""{"a":"EU"}""", "args.a:eu", false)]
    [InlineData("""{"a":1,"a":2}""", "args.a:2", true)]
    [InlineData("""{"a":"\ud800"}""", "args.a:x", false)]
    [InlineData("""{"a":13,"b":"cut""", "args.a:13", false)]
    [InlineData("13", "args.a:13", false)]
    [InlineData(null, "args.a:13", false)]
    public void An_argument_is_its_value_exactly(string? args, string typed, bool holds) => Assert.Equal(holds, JobArgument.AreIn(Read(typed).Args, args));

    private static JobFilter Read(string typed)
    {
        var reading = JobFilter.Parse(typed);
        Assert.True(reading.Problem is null, $"{typed}: {reading.Problem}");
        return reading.Filter;
    }
}
