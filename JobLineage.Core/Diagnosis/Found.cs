using JobLineage.Core.Model;

namespace JobLineage.Core.Diagnosis;

/// <summary>A finding before it is put in its place among the others.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Jobs">How many jobs it affects: the more, the higher it stands.</param>
internal sealed record Found(Finding Finding, long Jobs)
{
    /// <summary>What several stages may suffer from alike (a queue that nobody consumes); null when it is the stage's own matter.</summary>
    public string? SharedCause { get; init; }

    /// <summary>Since when it has been so, in UTC: no effect of it is older. Null when unknown.</summary>
    public DateTimeOffset? Began { get; init; }

    public static Found Of(
        FindingKind kind, string stage, Words words, Dictionary<string, object?> evidence, long jobs, IReadOnlyList<string>? sample = null) =>
        new(new(kind, stage, words.ToString(), evidence, sample ?? []) { Headline = words.Headline, Sentence = words.Sentence, Advice = words.Advice }, jobs);

    /// <summary>The same with one more sentence before what to do.</summary>
    public Found Saying(string sentence)
    {
        var words = new Words(Finding.Headline, Words.Join(Finding.Sentence, sentence), Finding.Advice);
        return this with { Finding = Finding with { Sentence = words.Sentence, Reason = words.ToString() } };
    }
}

/// <summary>What a finding says.</summary>
/// <param name="Headline">What stopped, failed or is missing; no full stop.</param>
/// <param name="Sentence">How much, and why: whole sentences.</param>
/// <param name="Advice">What to do: a sentence; null where there is nothing to be done.</param>
internal sealed record Words(string Headline, string Sentence, string? Advice = null)
{
    /// <summary>All of it on one line.</summary>
    public override string ToString() => Join(Join(Headline + ".", Sentence), Advice ?? "");

    public static string Join(string a, string b) => a.Length == 0 ? b : b.Length == 0 ? a : $"{a} {b}";
}
