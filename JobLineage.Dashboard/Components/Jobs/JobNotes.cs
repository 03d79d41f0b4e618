using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Components.Jobs;

/// <summary>What must be said about a job besides its fields.</summary>
public static class JobNotes
{
    /// <summary>One sentence each, those about its row first.</summary>
    public static IEnumerable<string> Of(JobView view) => [.. view.PutAside.Select(Of), .. Of(view.Job).Skip(view.Job.IsMissing && view.PutAside.Count > 0 ? 1 : 0)];

    /// <summary>What is wrong with a row, and what becomes of it.</summary>
    public static string Of(BadRow row) => row.IsKept
        ? $"{row.Sentence} The job is shown without it."
        : $"{row.Sentence} Its state is not known, and it is counted in none; it is read again when it changes.";

    /// <summary>One sentence each.</summary>
    public static IEnumerable<string> Of(Job job)
    {
        if (job.IsBlind)
            yield return "The row is in the queue, and its state can't be read or is a word that the mapping does not know. It is counted in no state until it can be.";
        else if (job.IsMissing)
            yield return "This job was never seen: children name it as their parent, but it was removed before it was first read, or never existed.";
        if (job.IsEarlier)
            yield return $"The id {job.NativeId} came back with another insertion time and is another job's now. This is the earlier one, as it was last seen.";
        if (job.IsVanished)
            yield return "The row left the queue before the job was seen to finish: deleted, or finished and pruned between two reads. It is no longer counted.";
        else if (job.IsGone && !job.IsEarlier)
            yield return "The source no longer has this row; this is what was last seen of it.";
        if (job.IsCycleCut)
            yield return $"The parent link to {job.ParentId} would close a circle and is not followed.";
        if (job.IsCut)
            yield return "Arguments or meta data are cut to the size limit; the source has them whole while it keeps the row.";
    }
}
