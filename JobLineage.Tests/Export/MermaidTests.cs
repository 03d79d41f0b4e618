using System.Text.RegularExpressions;
using JobLineage.Core.Export;
using JobLineage.Core.Model;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Export;

/// <summary>The chart, by a grammar of the part of Mermaid that it uses.</summary>
public sealed partial class MermaidTests
{
    [Fact]
    public void Stages_edges_counts_and_findings_are_drawn()
    {
        var run = SomeRuns.Run() with { Findings = [Finding(FindingKind.Failing, "SyncJob/MoviePageJob"), Finding(FindingKind.Stuck, "SyncJob/MoviePageJob")] };

        Assert.Equal(
            """
            flowchart LR
              s0["SyncJob<br/>completed 1"]
              s1["MoviePageJob<br/>completed 100 · available 8"]:::stuck
              s2["MovieDetailJob<br/>completed 1,234 · executing 3 · discarded 1"]
              s3["ShowtimeProcessJob<br/>completed 50 · retryable 5"]
              s0 -->|"89"| s1
              s1 -->|"19"| s1
              s1 -->|"1,238"| s2
              s1 -->|"55"| s3
              classDef stuck fill:#fff3cd,stroke:#856200,color:#1a222d

            """, MermaidGraph.Write(run));
        Assert.Empty(Wrong(MermaidGraph.Write(run)));
    }

    [Fact]
    public void Further_parents_are_dotted_arrows_with_the_number_of_jobs()
    {
        var run = SomeRuns.Run() with { Links = [new("SyncJob", "SyncJob/MoviePageJob", 1_234), new("SyncJob/MoviePageJob", "SyncJob/MoviePageJob", 2)] };

        Assert.Contains("  s0 -.->|\"1,234\"| s1\n  s1 -.->|\"2\"| s1\n", MermaidGraph.Write(run));
        Assert.Empty(Wrong(MermaidGraph.Write(run)));
        Assert.DoesNotContain("1,234\"|", MermaidGraph.Write(run, "SyncJob/MoviePageJob"));
    }

    [Fact]
    public void A_stage_is_drawn_with_what_is_below_it()
    {
        var chart = MermaidGraph.Write(SomeRuns.Run(), "SyncJob/MoviePageJob");

        Assert.DoesNotContain("\"SyncJob<", chart);
        Assert.Equal(3, Nodes(chart).Count);
        Assert.Empty(Wrong(chart));
    }

    [Theory]
    [InlineData("a]")]
    [InlineData("a\"]; click s0 call alert()")]
    [InlineData("a --> b")]
    [InlineData("%% a comment")]
    [InlineData("%%{init: {\"securityLevel\":\"loose\"}}%%")]
    [InlineData("end")]
    [InlineData("`markdown **bold**`")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("a\nb\r\nsubgraph x")]
    [InlineData("a#quot;b#35;&lt;")]
    [InlineData("a:::stuck{}|()[]")]
    [InlineData("名前 🤖 e\u0301")]
    [InlineData("\\\"")]
    [InlineData("")]
    public void No_name_of_a_stage_gets_out_of_its_label(string name)
    {
        var stage = SomeRuns.Stage("x", new(Completed: 1)) with { Name = name };

        var chart = MermaidGraph.Write(SomeRuns.Run() with { Stages = [stage], Edges = [new("x", "x", 1)], Findings = [Finding(FindingKind.Cycle, "x")] });

        Assert.Empty(Wrong(chart));
        var label = Nodes(chart).Single();
        Assert.Equal(Regex.Replace(name, @"\p{Cc}", "\ufffd"), Decode(label[..label.IndexOf("<br/>", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("  s0[\"a\"b\"]")]
    [InlineData("  s0[\"a]")]
    [InlineData("  %% x")]
    [InlineData("  end")]
    [InlineData("  s0[\"<img/>\"]")]
    public void The_grammar_refuses_what_is_wrong(string line) => Assert.NotEmpty(Wrong($"flowchart LR\n{line}\n"));

    [Fact]
    public void What_is_not_counted_is_said()
    {
        var run = SomeRuns.Run() with { Links = [new("SyncJob", "SyncJob/MoviePageJob/MovieDetailJob", 2)] };
        Assert.DoesNotContain("%%", MermaidGraph.Write(run));
        var cut = MermaidGraph.Write(run with { LinksAreCut = true });
        Assert.Empty(Wrong(cut));
        Assert.Contains("  %% there are more further parents than are counted here\n", cut);
    }

    private static Finding Finding(FindingKind kind, string stage) => new(kind, stage, "It is.", new Dictionary<string, object?>(), []);

    private static List<string> Nodes(string chart) => [.. chart.Split('\n').Select(line => Node().Match(line)).Where(m => m.Success).Select(m => m.Groups[1].Value)];

    /// <summary>The lines that are no line of a chart.</summary>
    private static List<string> Wrong(string chart)
    {
        var lines = chart.Split('\n');
        Assert.Equal("flowchart LR", lines[0]);
        Assert.Equal("", lines[^1]);
        return [.. lines[1..^1].Where(line => !Node().IsMatch(line) && !Edge().IsMatch(line) && !Class().IsMatch(line) && !Remark().IsMatch(line))];
    }

    private static string Decode(string label) => Number().Replace(label, m => char.ConvertFromUtf32(int.Parse(m.Groups[1].Value)));

    // A label: what means nothing, numbered characters, and the one break that is ours. No quote, bracket, hash, backtick or tag of its own.
    [GeneratedRegex("""^  s[0-9]+\["((?:[\p{L}\p{N} _.,·\ufffd]|#[0-9]+;)*<br/>(?:[\p{L}\p{N} ,·])*)"\](?::::[a-z]+)?$""")]
    private static partial Regex Node();

    [GeneratedRegex("""^  s[0-9]+ (?:-->|-\.->)\|"[0-9,]+"\| s[0-9]+$""")]
    private static partial Regex Edge();

    [GeneratedRegex("""^  classDef [a-z]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}$""")]
    private static partial Regex Class();

    [GeneratedRegex("^  %% there are more further parents than are counted here$")]
    private static partial Regex Remark();

    [GeneratedRegex("#([0-9]+);")]
    private static partial Regex Number();
}
