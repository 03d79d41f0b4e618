namespace JobLineage.Core.Alerts;

/// <summary>What a row of the ledger of failures means, in SQL: the makers of digests and those who look on say the same.</summary>
internal static class LedgerSql
{
    /// <summary>Stands in <c>digest_id</c> of what was muted.</summary>
    public const long Muted = -1;

    /// <summary>When <c>f</c> failed, as well as it is known.</summary>
    public const string At = "case when isfinite(f.failed_at) then f.failed_at else f.seen_at end";

    /// <summary>
    /// Whether the job <c>j</c>, which has the id that <c>f</c> names, is the one that failed: where the store no longer has that one,
    /// its id may be another job's now.
    /// </summary>
    public const string IsItsJob = "(f.inserted_at is null or j.inserted_at is null or j.inserted_at = f.inserted_at)";

    /// <summary>The number of the label of the pipeline that <c>f</c> belongs to; of a single, its own worker's.</summary>
    public const string Pipeline =
        """
        coalesce((select r.worker from job_lineage.job j join job_lineage.run r on r.source_id = j.source_id and r.id = j.run_id
            where j.source_id = f.source_id and j.id = f.job_id and (f.inserted_at is null or j.inserted_at is null or j.inserted_at = f.inserted_at)), f.worker)
        """;

    /// <summary>Whether no digest that may have arrived has said how many <c>m</c> muted.</summary>
    public static readonly string IsUntold = Untold("m");

    /// <summary>The same of what has another name.</summary>
    public static string Untold(string row) =>
        $"""
        ({row}.told_in is null or exists (select from job_lineage.digest o
            where o.id = {row}.told_in and o.state in ({(short)DeliveryState.Failed}, {(short)DeliveryState.GivenUp})))
        """;

    /// <summary>
    /// Whether the mute <c>m</c> holds back <c>f</c>: it was in force when the store learned of the failure. By the store's clock
    /// alone. One whose number has been told takes no more in: what comes later is told by itself.
    /// </summary>
    public static readonly string IsHeldBack =
        $"""
        (m.source_id = f.source_id and f.seen_at >= m.from_at and f.seen_at < coalesce(m.ended_at, m.until_at)
            and m.worker = {Pipeline} and {IsUntold})
        """;

    /// <summary>
    /// Whether <c>f</c> is from before the starting line: <c>$1</c>, or else that of <c>l</c> and of the source <c>s</c>. The
    /// source's own times are asked only of what the first reading of a table found: of all that came later it is known that it
    /// is news, whatever time it bears.
    /// </summary>
    public const string IsOld =
        """
        case when f.at_first_sight then coalesce(f.failed_at, '-infinity') < coalesce($1, greatest(l.since, s.since))
            else greatest(f.failed_at, f.seen_at) < coalesce($1, l.since) end
        """;
}
