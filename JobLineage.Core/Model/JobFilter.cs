namespace JobLineage.Core.Model;

/// <summary>
/// Which jobs of a run are meant, or of all runs (<see cref="JobFilterScope"/>), by what is known of them; all conditions hold together. It is typed by people (<see cref="Parse"/>), printed
/// (<see cref="ToString"/>), stands in addresses (<see cref="JobFilterParameters"/>) and becomes SQL. Two that print the same are equal.
/// </summary>
public sealed record JobFilter
{
    /// <summary>Ids that may be named at once.</summary>
    public const int MostIds = 400;

    /// <summary>Arguments, errors and texts, each, that may be named at once.</summary>
    public const int MostParts = 20;

    /// <summary>Characters of a filter that is typed, wherever: as many as <see cref="MostIds"/> uuids take.</summary>
    public const int LongestText = 16_000;

    /// <summary>All jobs.</summary>
    public static JobFilter All { get; } = new();

    /// <summary>Only jobs in one of these states; none for all.</summary>
    public IReadOnlyList<JobState> States { get; init => field = [.. value.Distinct().Order()]; } = [];

    /// <summary>Only jobs of the stage with this path; null for all.</summary>
    public string? Stage { get; init; }

    /// <summary>Only jobs of workers that this names (<see cref="Model.Workers.IsNamed"/>); null for all.</summary>
    public string? Worker { get; init; }

    /// <summary>Only jobs of this queue; empty: of none; null for all.</summary>
    public string? Queue { get; init; }

    /// <summary>Only descendants of the job with this id; null for all.</summary>
    public string? Below { get; init; }

    /// <summary>Only these jobs; none for all.</summary>
    public IReadOnlyList<string> Ids { get; init => field = [.. value.Distinct(StringComparer.Ordinal)]; } = [];

    /// <summary>Only jobs that have all these arguments.</summary>
    public IReadOnlyList<JobArgument> Args { get; init => field = [.. value.Distinct()]; } = [];

    /// <summary>Only jobs whose last error has the fingerprint of this number; null for all.</summary>
    public int? Error { get; init; }

    /// <summary>Only jobs whose last error's fingerprint holds all these texts.</summary>
    public IReadOnlyList<string> ErrorTexts { get; init => field = [.. value.Distinct(StringComparer.Ordinal)]; } = [];

    /// <summary>Only jobs to which nothing has happened for so long; null for all.</summary>
    public TimeSpan? Older { get; init; }

    /// <summary>Only jobs to which something has happened within so long; null for all.</summary>
    public TimeSpan? Newer { get; init; }

    /// <summary>Among all runs: only of those in which something happened within so long. Null for all; in a run it has no meaning, and can't be written.</summary>
    public TimeSpan? From { get; init; }

    /// <summary>Only jobs whose stored arguments hold all these texts, whatever the case of their letters.</summary>
    public IReadOnlyList<string> Texts { get; init => field = [.. value.Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)]; } = [];

    /// <summary>Whether nothing is left out.</summary>
    public bool IsAll => Equals(All);

    /// <summary>Whether only looking at jobs themselves can tell, at those of all runs if nothing bounds them: arguments and errors have no index across runs.</summary>
    public bool NeedsFrom => Args.Count > 0 || HasError;

    /// <summary>What is asked of the jobs themselves: texts are looked for in runs, where all of them are searched.</summary>
    public JobFilter OfJobs => this with { From = null, Texts = [] };

    /// <summary>Whether an error is asked for, by its number or by a text.</summary>
    public bool HasError => Error is not null || ErrorTexts.Count > 0;

    /// <summary>Reads what somebody typed, of the jobs of a run.</summary>
    public static JobFilterReading Parse(string? text) => JobFilterParser.Parse(text ?? "", JobFilterScope.Run);

    /// <summary>
    /// Reads what somebody typed, of all runs. A text without a word of a filter is looked for as it stands, quotes and colons included.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="isBounded">Whether something else says how far back runs are searched: else arguments and errors take <see cref="From"/>.</param>
    public static JobFilterReading ParseOverRuns(string? text, bool isBounded) => JobFilterParser.ParseOverRuns(text ?? "", isBounded);

    /// <summary>Both filters at once; where no job can meet both, the sentence that says so.</summary>
    public JobFilterReading And(JobFilter other) => JobFilterUnion.Of(this, other);

    /// <summary>The filter over one run: below its root is all of it, the root as well.</summary>
    public JobFilter Within(string rootId) => Below == rootId ? this with { Below = null } : this;

    /// <summary>As it is typed: <see cref="Parse"/> reads it back.</summary>
    public override string ToString() => JobFilterText.Of(this);

    /// <inheritdoc />
    public bool Equals(JobFilter? other) => other is not null && (ReferenceEquals(this, other) || ToString() == other.ToString());

    /// <inheritdoc />
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}

/// <summary>What was read: a filter, or what is wrong with it.</summary>
/// <param name="Filter">The filter; all jobs where there is a problem.</param>
/// <param name="Problem">What is wrong; null when nothing is.</param>
public sealed record JobFilterReading(JobFilter Filter, JobFilterProblem? Problem = null);

/// <summary>Why a filter is refused.</summary>
/// <param name="Sentence">What is wrong and what to write instead; a whole sentence.</param>
/// <param name="At">The character at which it is, from 1; 0 where it is no single place.</param>
public sealed record JobFilterProblem(string Sentence, int At = 0)
{
    /// <summary>What may be written in the place of the whole text; null where nobody can guess.</summary>
    public string? Instead { get; init; }

    /// <summary>The sentence with its place.</summary>
    public override string ToString() => At > 0 ? $"{Sentence} (at character {At.ToString(System.Globalization.CultureInfo.InvariantCulture)})" : Sentence;
}
