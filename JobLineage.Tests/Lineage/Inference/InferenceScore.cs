using System.Globalization;
using JobLineage.Core.Lineage.Inference;

namespace JobLineage.Tests.Lineage.Inference;

/// <summary>How inferred links compare with the true ones.</summary>
internal sealed class InferenceScore
{
    private readonly List<(double Confidence, Certainty Certainty, bool IsRight)> links = [];
    private int found;
    private int members;
    private int truth;

    /// <summary>The wrong links, for a message.</summary>
    public List<string> Wrong { get; } = [];

    public int Links => links.Count;

    public double LinkPrecision => Share(links.Count(l => l.IsRight), links.Count);

    public double LinkRecall => Share(links.Count(l => l.IsRight), truth);

    public double MemberPrecision => Share(members, found);

    public double MemberRecall => Share(members, truth);

    public int Sure => links.Count(l => l.Certainty == Certainty.Sure);

    public double SurePrecision => PrecisionOf(Certainty.Sure);

    public int WrongAndSure => links.Count(l => l is { Certainty: Certainty.Sure, IsRight: false });

    public double PrecisionOf(Certainty certainty) => Share(links.Count(l => l.Certainty == certainty && l.IsRight), links.Count(l => l.Certainty == certainty));

    /// <summary>Adds a run.</summary>
    /// <param name="run">What was inferred.</param>
    /// <param name="parents">The true descendants of the root, each with its parent.</param>
    public void Add(InferredRun run, IReadOnlyDictionary<string, string> parents)
    {
        truth += parents.Count;
        foreach (var link in run.Jobs.Skip(1))
        {
            found++;
            if (parents.ContainsKey(link.Job.Id))
                members++;
            var isRight = parents.TryGetValue(link.Job.Id, out var parent) && parent == link.ParentId;
            links.Add((link.Confidence, link.Certainty, isRight));
            if (!isRight)
                Wrong.Add($"{link.Certainty} {link.Confidence:0.00} {link.Job.Worker} {link.Job.Id}: {link.ParentId}, not {parent ?? "in the run"} ({string.Join("; ", link.Evidence)})");
        }
    }

    /// <summary>The whole as lines.</summary>
    public override string ToString() => string.Join('\n',
        string.Create(CultureInfo.InvariantCulture, $"links {Links}: precision {LinkPrecision:0.000}, recall {LinkRecall:0.000}; members: precision {MemberPrecision:0.000}, recall {MemberRecall:0.000}"),
        string.Join(", ", Enum.GetValues<Certainty>().Select(c => string.Create(CultureInfo.InvariantCulture, $"{c} {links.Count(l => l.Certainty == c)}: {PrecisionOf(c):0.000}"))),
        string.Join("\n", links.GroupBy(l => Math.Min(9, (int)(l.Confidence * 10))).OrderBy(g => g.Key).Select(g => string.Create(
            CultureInfo.InvariantCulture, $"said {g.Average(l => l.Confidence):0.00}, right {Share(g.Count(l => l.IsRight), g.Count()):0.00} ({g.Count()})"))));

    private static double Share(int part, int whole) => whole == 0 ? 1 : (double)part / whole;
}
