namespace JobLineage.Core.Engines.Sql;

/// <summary>
/// The settings with which every statement over a foreign table runs, for this transaction only, so that a pooler in transaction mode
/// may stand between; and the moment whose data is read, by the source's own clock.
/// </summary>
internal static class SourceSettings
{
    /// <summary>
    /// What the data is of: of now on a primary, and on a standby that has replayed all that it received while it is connected; else
    /// of the last commit that was replayed. Asked before the statement takes its snapshot, so that it is never too late a moment.
    /// </summary>
    private const string Moment = """
        pg_is_in_recovery(), now(),
            case when not pg_is_in_recovery() then now()
                -- Its readers share the disk of their writer, and refuse the functions below.
                when to_regproc('aurora_version') is not null then null
                when pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() and exists (select from pg_stat_wal_receiver) then now()
                else pg_last_xact_replay_timestamp() end
        """;

    /// <summary>
    /// Read only; without JIT, which alone costs more than these statements; times without a zone are of the mapping's zone; time limits
    /// that the server itself keeps, a shorter one for what waits for somebody's lock. Answers with one row: whether the server is a standby,
    /// its clock, and the moment that its data is of (NULL: unknown).
    /// </summary>
    public static string Select(SourceMapping mapping, int timeoutSeconds, string? more = null) => $"""
        select {Moment},
            set_config('transaction_read_only', 'on', true), set_config('jit', 'off', true), set_config('TimeZone', {SourceMapping.Literal(mapping.TimeZone)}, true),
            set_config('statement_timeout', '{timeoutSeconds}s', true), set_config('lock_timeout', '{Math.Clamp(timeoutSeconds / 2, 1, 10)}s', true){(more is null ? "" : ", " + more)}
        """;
}
