namespace JobLineage.Core.Model;

/// <summary>Which jobs of a run are meant, all of them, in no pages: what an export holds and what a statement finds.</summary>
public sealed record JobSelection
{
    /// <summary>Ids that may be named at once.</summary>
    public const int MostIds = 400;

    /// <summary>The source's name.</summary>
    public required string Source { get; init; }

    /// <summary>The id of the root, or of any job of the run.</summary>
    public required string RootId { get; init; }

    /// <summary>Only jobs of the stage with this path; null for all.</summary>
    public string? Stage { get; init; }

    /// <summary>Only jobs in this state; null for all.</summary>
    public JobState? State { get; init; }

    /// <summary>Only jobs of this queue; null for all.</summary>
    public string? Queue { get; init; }

    /// <summary>Only jobs whose last error has the fingerprint of this number; null for all.</summary>
    public int? Error { get; init; }

    /// <summary>Only jobs whose stored arguments hold this text, whatever the case of its letters; null for all.</summary>
    public string? Text { get; init; }

    /// <summary>Only descendants of the job with this id; null for all.</summary>
    public string? Below { get; init; }

    /// <summary>Only these jobs; none for all. At most <see cref="MostIds"/>.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Whether it is the whole run: nothing is left out.</summary>
    public bool IsWhole =>
        Stage is null && State is null && Queue is null && Error is null && Text is null && Below is null && Ids.Count == 0;

    /// <summary>The jobs that a list shows, all its pages together.</summary>
    public static JobSelection Of(JobsQuery query) => new()
    {
        Source = query.Source,
        RootId = query.RootId,
        Stage = query.Stage,
        State = query.State,
        Queue = query.Queue,
        Error = query.Error,
        Text = query.Text,
        Below = query.Below,
    };
}
