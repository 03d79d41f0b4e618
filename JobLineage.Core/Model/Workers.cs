namespace JobLineage.Core.Model;

/// <summary>How worker names are shortened for the screen.</summary>
public static class Workers
{
    /// <summary>What stands for the worker of a job that was never seen.</summary>
    public const string Unknown = "?";

    /// <summary>
    /// The last segment of a dotted module name or of a slashed one: <c>App.Jobs.SyncJob</c> → <c>SyncJob</c>,
    /// <c>apple/rebuild_index</c> → <c>rebuild_index</c>. The whole name when there is nothing after the last separator.
    /// </summary>
    public static string ShortName(string worker)
    {
        if (worker.Length == 0)
            return Unknown;
        var cut = worker.AsSpan().LastIndexOfAny('.', '/');
        return cut < 0 || cut == worker.Length - 1 ? worker.Replace('/', '.') : worker[(cut + 1)..];
    }
}
