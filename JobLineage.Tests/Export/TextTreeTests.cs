using JobLineage.Core.Diagnosis;
using JobLineage.Core.Export;
using JobLineage.Core.Model;

namespace JobLineage.Tests.Export;

public sealed class TextTreeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly RunSnapshot Run = new RunSnapshot
    {
        Source = "oban",
        RootId = "60",
        Worker = "App.SyncJob",
        Version = 0,
        AsOf = Now,
        Stages =
        [
            Stage("SyncJob", null, new(Completed: 1)),
            Stage("SyncJob/MoviePageJob", "SyncJob", new(Completed: 70, Available: 63, Executing: 3)) with { OldestAvailableAt = Now.AddHours(-1), Queues = ["pages"] },
            Stage("SyncJob/ImageJob", "SyncJob", new(Scheduled: 4)) with { NextDueAt = Now.AddMinutes(5) },
            Stage("SyncJob/MoviePageJob/ShowtimeJob", "SyncJob/MoviePageJob", new(Completed: 160, Discarded: 1294)),
        ],
        Edges = [],
        Counts = new(Available: 63),
    }.Diagnose(new(), Now);

    [Fact]
    public void Stages_are_drawn_as_a_tree_with_marks_beside_the_counts_they_are_about() => Assert.Equal(
        """
        SyncJob (1)  completed 1
        ├─ MoviePageJob (136)  completed 70 · available 63 ⚠ stuck · executing 3
        │  └─ ShowtimeJob (1,454)  discarded 1,294 ✗ failing · completed 160
        └─ ImageJob (4)  scheduled 4 ◷ waiting

        ✗ failing: 1,294 of 1,454 ShowtimeJobs failed (89 %).
        ⚠ stuck: No MoviePageJob has ever started. 63 MoviePageJobs are waiting in queue pages, the first for 1 h. The queue is paused, or its last worker is gone. Resume it, or start a node.
        ◷ waiting: 4 ImageJobs are scheduled for later. The next is due in 5 min.

        """, TextTree.OfStages(Run));

    [Fact]
    public void A_terminal_without_Unicode_gets_the_same_tree() => Assert.StartsWith(
        """
        SyncJob (1)  completed 1
        |- MoviePageJob (136)  completed 70, available 63 ! stuck, executing 3
        |  `- ShowtimeJob (1,454)  discarded 1,294 x failing, completed 160
        `- ImageJob (4)  scheduled 4 ~ waiting

        """, TextTree.OfStages(Run, TreeGlyphs.Ascii));

    [Fact]
    public void Totals_are_aligned() => Assert.Equal(
        """
        SyncJob                               1  completed 1
        SyncJob/MoviePageJob                136  completed 70 · available 63 · executing 3
        SyncJob/ImageJob                      4  scheduled 4
        SyncJob/MoviePageJob/ShowtimeJob  1,454  discarded 1,294 · completed 160

        """, TextTree.OfTotals(Run));

    [Fact]
    public void Stages_and_jobs_say_what_they_are_also_after()
    {
        var run = Run with { Findings = [], Links = [new("SyncJob", "SyncJob/ImageJob", 2), new("SyncJob/MoviePageJob", "SyncJob/ImageJob", 1_234)], LinksAreCut = true };
        Assert.Contains("└─ ImageJob (4)  scheduled 4  also after SyncJob (2), MoviePageJob (1,234)\n", TextTree.OfStages(run));
        Assert.EndsWith("also after: there are more further parents than are counted here\n", TextTree.OfStages(run));
        Assert.Contains("scheduled 4  also after SyncJob (2), MoviePageJob (1,234)\n", TextTree.OfTotals(run));

        // A stage that collects from hundreds of others has one line all the same.
        var many = run with { Links = [.. Enumerable.Range(1, 300).Select(n => new StageLink($"SyncJob/Source{n:000}Job", "SyncJob/ImageJob", 1))] };
        Assert.Contains("scheduled 4  also after Source001Job (1), Source002Job (1), Source003Job (1), Source004Job (1) and 296 more\n", TextTree.OfStages(many));

        var job = new Job { Source = "s", Id = "1", Worker = "App.Job", State = JobState.Completed, Parents = ["12", "15\u001b"] };
        Assert.Equal("1  Job  completed  also after 12, 15\ufffd", TextTree.Line(job));
        Assert.Equal($"1  Job  completed  also after {new string('a', 200)} and 1 more", TextTree.Line(job with { Parents = [new string('a', 200), "b"] }));
    }

    [Fact]
    public void Control_characters_in_a_name_command_nothing()
    {
        var job = new Job { Source = "s", Id = "1", Worker = "App.\u001b[2JJob\u009b", State = JobState.Completed };
        Assert.Equal("1  \ufffd[2JJob\ufffd  completed", TextTree.Line(job));
    }

    [Fact]
    public void The_JSON_of_stats_has_non_zero_states_in_their_order() => Assert.Equal(
        """{"source":"oban","root":"60","stages":[{"path":"SyncJob","worker":"SyncJob","depth":1,"total":1,"counts":{"completed":1}},{"path":"SyncJob/MoviePageJob","worker":"MoviePageJob","depth":2,"total":136,"counts":{"available":63,"executing":3,"completed":70}}]}""",
        ContractJson.Line(StatsAnswer.Of(Run with { Stages = [.. Run.Stages.Take(2)] })));

    [Fact]
    public void The_JSON_of_stats_has_links_where_there_are_any() => Assert.EndsWith(
        ""","links":[{"from":"SyncJob","to":"SyncJob/ImageJob","jobs":2}]}""",
        ContractJson.Line(StatsAnswer.Of(Run with { Links = [new("SyncJob", "SyncJob/ImageJob", 2)] })));

    private static Stage Stage(string path, string? parent, StateCounts counts) => new()
    {
        Path = path,
        ParentPath = parent,
        Worker = path.Split('/')[^1],
        Name = path.Split('/')[^1],
        Depth = path.Split('/').Length,
        Counts = counts,
    };
}
