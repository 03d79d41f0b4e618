using JobLineage.Core.Contract;

namespace JobLineage.Core.Diagnosis;

/// <summary>Numbers of jobs as they stand in sentences.</summary>
internal static class Sentences
{
    /// <summary>"294 of 498", or "All 12".</summary>
    public static string Of(long part, long whole) => part == whole
        ? whole == 1 ? "The only" : $"All {Format.Count(whole)}"
        : $"{Format.Count(part)} of {Format.Count(whole)}";

    /// <summary>"job" or "jobs", where the number stands elsewhere.</summary>
    public static string Jobs(long number) => number == 1 ? "job" : "jobs";
}
