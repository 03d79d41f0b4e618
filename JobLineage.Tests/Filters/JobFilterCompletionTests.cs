using JobLineage.Core.Model;

namespace JobLineage.Tests.Filters;

/// <summary>What is offered where somebody types.</summary>
public sealed class JobFilterCompletionTests
{
    private static readonly JobFilterNames Names = new(
        ["ShowtimeProcessJob", "SyncJob"], ["SyncJob", "SyncJob/A page"], ["scraper", "mail, fast"], [["source_id"], ["venue", "a key"]]);

    [Theory]
    // | is where somebody types.
    [InlineData("|", "state:|worker:|stage:|queue:|below:|id:|args.|error:|older:|newer:")]
    [InlineData("st|", "state:|stage:")]
    [InlineData("eu st|", "state:|stage:")]
    [InlineData("so|", "args.source_id:")]
    [InlineData("args.|", "args.source_id:|args.venue.\"a key\":")]
    [InlineData("args.v|", "args.venue.\"a key\":")]
    [InlineData("state:dis|", "discarded ")]
    [InlineData("state:discarded,re|", "retryable ")]
    [InlineData("worker:process|", "ShowtimeProcessJob ")]
    [InlineData("stage:sync|", "SyncJob |\"SyncJob/A page\" ")]
    [InlineData("stage:\"sync|", "SyncJob |\"SyncJob/A page\" ")]
    [InlineData("queue:|", "scraper |\"mail, fast\" ")]
    // Only state: and id: are lists.
    [InlineData("queue:l,|", "\"mail, fast\" ")]
    [InlineData("worker:x,sync|", "")]
    [InlineData("older:|", "5m |1h |24h |7d ")]
    [InlineData("id:1|", "")]
    [InlineData("error:x|", "")]
    [InlineData("\"st|", "")]
    [InlineData("\"a b\" st|", "state:|stage:")]
    [InlineData("error:\"a state:|", "")]
    [InlineData("state:discarded|", "")]
    public void Words_and_names_that_fit_are_offered(string typed, string offered)
    {
        var caret = typed.IndexOf('|');
        var text = typed.Remove(caret, 1);

        Assert.Equal(offered, string.Join('|', JobFilterCompletion.At(text, caret, Names).Select(option => option.Insert)));
    }

    [Theory]
    [InlineData("st|", 0, "state:")]
    [InlineData("st|x:discarded eu", 0, "state:discarded eu")]
    [InlineData("eu state:dis|carted x", 0, "eu state:discarded  x")]
    [InlineData("state:discarded,re|", 0, "state:discarded,retryable ")]
    [InlineData("state:dis|carted,retryable", 0, "state:discarded ,retryable")]
    [InlineData("queue:ma|l,fast eu", 0, "queue:\"mail, fast\"  eu")]
    public void What_is_chosen_stands_in_the_place_of_what_was_typed(string typed, int choice, string then)
    {
        var caret = typed.IndexOf('|');
        var text = typed.Remove(caret, 1);
        var option = JobFilterCompletion.At(text, caret, Names)[choice];

        Assert.Equal(then, text[..option.From] + option.Insert + text[option.To..]);
    }

    [Fact]
    public void Whatever_is_typed_options_lie_within_it_and_can_be_read()
    {
        var random = new Random(5);
        var texts = new RandomFilters(random);
        for (var i = 0; i < 5_000; i++)
        {
            var text = texts.Text(12);
            foreach (var option in JobFilterCompletion.At(text, random.Next(-1, text.Length + 2), Names))
                Assert.True(option.From >= 0 && option.From <= option.To && option.To <= text.Length);
        }
    }

    [Fact]
    public void Keys_are_those_of_the_arguments_that_were_seen_however_they_are_cut()
    {
        var names = JobFilterNames.Of(
            Support.SomeRuns.Run(),
            ["""{"source_id":13,"venue":{"id":7,"deep":{"er":1}},"list":[1,{"no":1}],"text":"cut he""", "no json", null, """{"source_id":14}"""]);

        Assert.Equal(["source_id", "venue.deep.er", "venue.id"], names.Args.Select(path => string.Join('.', path)).Intersect(["source_id", "venue.deep.er", "venue.id", "list", "no", "text"]));
        Assert.Contains("MoviePageJob", names.Workers);
    }
}
