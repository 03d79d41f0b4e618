using JobLineage.Core.Contract;

namespace JobLineage.Core.Diagnosis;

/// <summary>Numbers of jobs as they stand in sentences.</summary>
internal static class Sentences
{
    /// <summary>"294 of 498", or "All 12".</summary>
    public static string Of(long part, long whole) => part == whole
        ? whole == 1 ? "The only" : $"All {Format.Count(whole)}"
        : $"{Format.Count(part)} of {Format.Count(whole)}";

    /// <summary>"1 MovieDetailJob", "64 MovieDetailJobs", "12 Page jobs".</summary>
    public static string Of(long count, string name) => $"{Format.Count(count)} {Named(count, name)}";

    /// <summary>The same where the number stands elsewhere: a name that ends in "Job" is not followed by "jobs".</summary>
    public static string Named(long count, string name) =>
        name.EndsWith("Job", StringComparison.Ordinal) ? count == 1 ? name : name + "s" : $"{name} {Jobs(count)}";

    /// <summary>"job" or "jobs", where the number stands elsewhere.</summary>
    public static string Jobs(long number) => number == 1 ? "job" : "jobs";

    /// <summary>"is" or "are".</summary>
    public static string Are(long number) => number == 1 ? "is" : "are";

    /// <summary>"it" or "them".</summary>
    public static string Them(long number) => number == 1 ? "it" : "them";

    /// <summary>"A", "A and B", "A, B and C".</summary>
    public static string List(IReadOnlyList<string> parts) =>
        parts.Count < 2 ? string.Concat(parts) : $"{string.Join(", ", parts.Take(parts.Count - 1))} and {parts[^1]}";
}
