using JobLineage.Core.Contract;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>
/// Looks at all that reading a source depends on. Runs what the feeds and the terminal run, within short time limits; writes nothing.
/// </summary>
/// <param name="probed">The source, which can be read.</param>
/// <param name="database">Connections to its database.</param>
/// <param name="feed">How its changes are to be followed.</param>
/// <param name="redaction">Takes secrets out of what errors say of rows.</param>
public sealed class SourceDoctor(ProbedSource probed, NpgsqlDataSource database, FeedKind feed, Redaction redaction)
{
    /// <summary>A log of this size is more than a reader that keeps up leaves.</summary>
    private const long LargeLog = 16L << 20;

    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly SourceMapping mapping = probed.Mapping;
    private readonly List<Check> checks = [];

    /// <summary>Looks, and says what it found.</summary>
    /// <exception cref="NpgsqlException">The database went away meanwhile.</exception>
    public async Task<IReadOnlyList<Check>> ExamineAsync(CancellationToken cancellation)
    {
        Good("table", $"{mapping.Schema}.{mapping.Table} can be read; its ids are {probed.IdType}.");
        await using (var connection = await database.OpenConnectionAsync(cancellation))
        {
            await ExamineServerAsync(connection, cancellation);
            await ExaminePoolerAsync(connection, cancellation);
            if (Presets.Engine(mapping.Preset) is { } engine)
                await ExamineEngineAsync(engine, cancellation);
            var lookup = await ExamineIndexAsync(cancellation);
            checks.AddRange(await new MappingDoctor(probed, connection, lookup, redaction.Line).ExamineAsync(cancellation));
        }

        checks.AddRange(await new RowsDoctor(probed, database, redaction).ExamineAsync(cancellation));
        await ExamineTriggerAsync(cancellation);
        return checks;
    }

    private async Task ExamineServerAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select current_setting('server_version'), pg_is_in_recovery(),
                (select setting::bigint from pg_settings where name = 'statement_timeout'),
                coalesce((select setting::bigint from pg_settings where name = 'idle_session_timeout'), 0)
            """, connection)
        { CommandTimeout = 15 };
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        Good("server", $"PostgreSQL {row.GetString(0)}.");
        if (row.GetBoolean(1))
            Add(feed == FeedKind.Trigger ? CheckLevel.Problem : CheckLevel.Advice, "standby", "This server is a standby, where nothing can listen: the source is followed by polling. Connect to the primary for push.");
        if (row.GetInt64(2) is > 0 and < 5_000 and var limit)
            Advise("time limit", $"statement_timeout of this user is {limit} ms: reading many changed jobs at once may take longer; 30 s is plenty.");
        if (row.GetInt64(3) is > 0 and < 20_000 and var idle)
            Advise("time limit", $"idle_session_timeout of this user is {idle} ms and ends the connection that listens; set it to 0 or above 20 s for this user.");
    }

    /// <summary>A pooler gives its own number for a cancel key; one in transaction mode gives another session each time.</summary>
    private async Task ExaminePoolerAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var mark = Guid.NewGuid().ToString("N");
        var sessions = new HashSet<int>();
        var lost = false;
        for (var i = 0; i < 4; i++)
        {
            await using var command = new NpgsqlCommand(
                $"select pg_backend_pid(), coalesce(current_setting('job_lineage.mark', true), ''), set_config('job_lineage.mark', '{mark}', false)", connection)
            { CommandTimeout = 15 };
            await using var row = await command.ExecuteReaderAsync(cancellation);
            await row.ReadAsync(cancellation);
            sessions.Add(row.GetInt32(0));
            lost |= i > 0 && row.GetString(1) != mark;
        }

        if (lost || sessions.Count > 1)
            Add(feed == FeedKind.Trigger ? CheckLevel.Problem : CheckLevel.Advice, "pooler", "A pooler in transaction mode stands between: notifications do not pass it, and the source is followed by polling. Give it a direct connection for push.");
        else if (!sessions.Contains(connection.ProcessID))
            Advise("pooler", "A pooler stands between, which notifications may not pass: the source is followed by polling. Give it a direct connection for push.");
    }

    private async Task ExamineEngineAsync(IEngine engine, CancellationToken cancellation)
    {
        var reader = new EngineReader(engine, mapping, database, redaction);
        if (engine.Judge(mapping, await reader.VersionAsync(cancellation)) is { } check)
            checks.Add(check);
        var (evidence, problem) = await reader.EvidenceAsync(cancellation);
        if (problem is not null)
            Advise("queues", problem);
        foreach (var queue in evidence.Queues.Where(q => q.IsPaused is true))
            Advise("queues", $"Queue {queue.Queue} is paused{(queue.PausedAt is { } at ? $" since {at:u}" : "")}, by {queue.SaidBy}.");
        foreach (var nodes in evidence.Nodes.GroupBy(n => n.Queue ?? "any queue", StringComparer.Ordinal).OrderBy(q => q.Key, StringComparer.Ordinal))
            ExamineNodes(nodes.Key, nodes.First().Queue is { } name ? evidence.Of(name)!.Nodes : [.. nodes], evidence.NodesBy!);
        if (probed.Missing.Count > 0)
            Good(engine.Title, $"This version lacks {string.Join(", ", probed.Missing)}, which other versions have: what that tells is given up, and all else is read.");
        if (probed.StateLabels is { } labels && mapping.States.Keys.Where(word => !labels.Contains(word)).ToList() is { Count: > 0 } missing)
            Good("states", $"The table's states lack {string.Join(", ", missing.Select(word => $"'{word}'"))}, which other versions have.");
    }

    /// <summary>Who serves a queue: those that live, by the engine's own limit.</summary>
    private void ExamineNodes(string queue, IReadOnlyList<EngineNode> nodes, string by)
    {
        var living = nodes.Where(n => n.IsAlive).OrderBy(n => n.Node, StringComparer.Ordinal).ToList();
        if (living.Count > 0)
            Good("queues", $"{queue}: served by {string.Join(", ", living.Select(n => n.SeenAt is { } seen ? $"{n.Node} (last sign of life {seen:u})" : n.Node))}.");
        else
            Advise("queues", $"{queue}: no worker that lives serves it, by {by}{(nodes.Max(n => n.SeenAt) is { } last ? $"; the last sign of life was at {last:u}" : "")}.");
    }

    /// <summary>Says which index serves the search for children, however small the table is.</summary>
    private async Task<ParentLookup> ExamineIndexAsync(CancellationToken cancellation)
    {
        var hasParents = mapping is { RunKey: null, ParentId: not null };
        var sql = new TriggerSql(mapping);
        if (sql.IndexedExpression is null)
        {
            if (hasParents)
                Advise("index", "ParentId reads other rows than the job's own, which no index can hold: the direct queries read the whole table.");
            return hasParents ? ParentLookup.Scan : ParentLookup.None;
        }

        var indexes = new SourceIndexes(probed, database, 15);
        var lookup = await indexes.FindLookupAsync(cancellation);
        if (lookup == ParentLookup.Expression || !hasParents && await indexes.IsKeyServedAsync(cancellation))
            Good("index", "An index serves the search for children.");
        else if (lookup == ParentLookup.Containment)
            Advise("index", $"Children are found by the GIN index of {mapping.ParentKey!.Column}; an index of its own is three times as fast and smaller: `joblineage install --source {mapping.Name} --index`.");
        else
            Advise("index", $"No index serves the search for children: the direct queries read the whole table. Run `joblineage install --source {mapping.Name} --index`, or: {sql.CreateIndex};");
        return lookup;
    }

    private async Task ExamineTriggerAsync(CancellationToken cancellation)
    {
        if (feed == FeedKind.Poll)
        {
            Good("feed", "Followed by polling, as configured.");
            return;
        }

        if (probed.Reach is { } reach)
        {
            Add(
                feed == FeedKind.Trigger ? CheckLevel.Problem : CheckLevel.Good, "feed",
                $"Followed by polling, since {reach}{(feed == FeedKind.Trigger ? ": set Feed to auto or poll" : "")}.");
            return;
        }

        var state = await new TriggerInstaller(mapping, database).InspectAsync(cancellation);
        if (state.Problem(mapping.Name) is { } problem)
        {
            var level = state.Presence == TriggerPresence.None && feed == FeedKind.Auto ? CheckLevel.Advice : CheckLevel.Problem;
            Add(level, "trigger", level == CheckLevel.Advice ? $"{problem} Until then it is followed by polling, which works too." : problem);
            return;
        }

        Good("trigger", $"Installed, version {state.Version}, channel {state.Names!.Channel}.");
        await ExamineLogAsync(state, cancellation);
    }

    private async Task ExamineLogAsync(TriggerState state, CancellationToken cancellation)
    {
        var names = state.Names!;
        await using var command = database.CreateCommand(
            $"""
            select extract(epoch from now() - f.consumed_at)::double precision, (select last_value from {names.Gate}), (select count(*) from {names.Change}),
                (select max(extract(epoch from now() - xact_start))::double precision from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid())
            from {TriggerNames.Feed} f where f.key = '{names.Key}'
            """);
        command.CommandTimeout = 30;
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation))
        {
            Fail("log", $"The trigger's row in {TriggerNames.Feed} is missing: run `joblineage install --source {mapping.Name}` once more.");
            return;
        }

        var silent = TimeSpan.FromSeconds(row.GetDouble(0));
        var logged = row.GetInt64(2);
        if (row.GetInt64(1) == TriggerNames.Asleep)
            Advise("log", "The trigger has stopped logging because nobody read its log for long; the next start of the dashboard wakes it and compares everything.");
        else if (silent > Silence)
            Advise("log", $"Nobody has read the log for {Format.Words(silent)} ({Format.Count(logged)} changes wait): start the dashboard, or run `joblineage uninstall --source {mapping.Name}`. After a day the trigger stops logging by itself.");
        else
            Good("log", $"Read within the last {Format.Words(silent > Moment ? silent : Moment)}; {Format.Count(logged)} changes wait.");
        if (state.Logged > LargeLog)
        {
            var oldest = row.IsDBNull(3) ? TimeSpan.Zero : TimeSpan.FromSeconds(row.GetDouble(3));
            Advise("log", $"The log takes {state.Logged >> 20} MB. The oldest transaction is open for {Format.Words(oldest)} and may keep it from being cleaned: end it, or vacuum {names.Change}.");
        }
    }

    private void Good(string name, string message) => Add(CheckLevel.Good, name, message);

    private void Advise(string name, string message) => Add(CheckLevel.Advice, name, message);

    private void Fail(string name, string message) => Add(CheckLevel.Problem, name, message);

    private void Add(CheckLevel level, string name, string message) => checks.Add(new(level, name, message));
}
