using System.Diagnostics;
using System.Globalization;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Engines;

/// <summary>
/// Examines how a mapping reads its table: runs every statement of the program with the newest row's id and a short time limit, and says what
/// the table and the expressions are like (zones, other tables, partitions, row level security).
/// </summary>
/// <param name="source">The source, which can be read.</param>
/// <param name="connection">An open connection.</param>
/// <param name="lookup">How the terminal finds children.</param>
/// <param name="clean">Takes secrets out of what the server says, which may hold a row's value.</param>
internal sealed class MappingDoctor(ProbedSource source, NpgsqlConnection connection, ParentLookup lookup, Func<string, string> clean)
{
    private const int TimeoutSeconds = 5;

    /// <summary>Clocks of queues may be a little ahead.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(2);

    /// <summary>A look rests many times as long as it took: with this one a change is seen after several seconds.</summary>
    private static readonly TimeSpan SlowLook = TimeSpan.FromMilliseconds(300);

    private readonly SourceMapping mapping = source.Mapping;
    private readonly List<Check> checks = [];
    private bool isSlowTold;

    /// <summary>Looks, and says what it found.</summary>
    public async Task<IReadOnlyList<Check>> ExamineAsync(CancellationToken cancellation)
    {
        await ExamineStatementsAsync(cancellation);
        await ExamineZonesAsync(cancellation);
        ExamineReach();
        if (source.HidesRows)
            Add(CheckLevel.Advice, "row security", $"Row level security of {mapping.Schema}.{mapping.Table} may hide rows from this user, and what is hidden is not counted: run {string.Join(" ", source.HidingTables.Select(Policy))} or read as a role with BYPASSRLS.");
        return checks;
    }

    private async Task ExamineStatementsAsync(CancellationToken cancellation)
    {
        var statements = SourceStatements.Of(source, lookup);
        var id = await NewestAsync(cancellation);
        var before = checks.Count;
        var met = new List<(string Use, PostgresException Error)>();
        foreach (var statement in statements)
        {
            try
            {
                var began = Stopwatch.GetTimestamp();
                await RunAsync(statement, id ?? IdParameters.Any(source.IdKind), cancellation);
                if (statement.IsLook && Stopwatch.GetElapsedTime(began) is var took && took > SlowLook)
                    TellSlow(took);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellation.IsCancellationRequested)
            {
                Add(CheckLevel.Advice, "statements", $"The statement for {statement.Use} took longer than {TimeoutSeconds} s: an index may be missing.");
            }
            catch (PostgresException e) when (SourceFaults.IsOfRows(e))
            {
                met.Add((statement.Use, e));
            }
            catch (PostgresException e) when (e.SqlState != PostgresErrorCodes.AdminShutdown)
            {
                Add(CheckLevel.Problem, "statements", $"The statement for {statement.Use} does not work: {SourceFaults.Explain(mapping.Name, e, clean).Message}");
            }
        }

        // It is the row, not the statement: whoever runs it finds the row, and goes on with all others.
        if (met.Count > 0)
            Add(CheckLevel.Advice, "statements", string.Create(CultureInfo.InvariantCulture, $"{met.Count} of {statements.Count} statements, such as the one for {met[0].Use}, meet a row that they can't read ({clean(met[0].Error.MessageText)}, {met[0].Error.SqlState}). It is put aside, and all others are read; while there is one, they take longer."));
        if (checks.Count == before)
            Add(CheckLevel.Good, "statements", string.Create(CultureInfo.InvariantCulture, $"All {statements.Count} statements of feeds, reconciliation, terminal and pages run{(id is null ? "; the table is empty" : "")}."));
    }

    /// <summary>What would make looks cheap: conditions on plain columns that an index can serve.</summary>
    private void TellSlow(TimeSpan took)
    {
        if (isSlowTold)
            return;
        isSlowTold = true;
        var proposal = mapping.Unfinished.Count > 0
            ? $"an index that serves {string.Join(" and ", mapping.Unfinished.Select(c => $"`{c}`"))} would make it fast"
            : mapping.States.Any(s => !s.Value.IsFinished()) && SqlText.Names(mapping.State).Count() == 1
                ? $"an index on {mapping.State} would make it fast"
                : "set Unfinished to conditions on the table's own columns that find what is not finished (such as [\"job.finished_at is null\"]), and let an index serve them";
        Add(CheckLevel.Advice, "looks", string.Create(CultureInfo.InvariantCulture, $"A look over what is not finished takes {took.TotalMilliseconds:0} ms, and changes are seen later for it: {proposal}."));
    }

    private async Task<string?> NewestAsync(CancellationToken cancellation)
    {
        await using var batch = Batch(SourceSettings.Select(mapping, TimeoutSeconds), ScanSql.Newest(source));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? reader.GetString(0) : null;
    }

    private async Task RunAsync(SourceStatement statement, string id, CancellationToken cancellation)
    {
        await using var batch = Batch(statement.Settings ?? SourceSettings.Select(mapping, TimeoutSeconds), statement.Sql);
        ((NpgsqlBatchCommand)batch.BatchCommands[1]).With(statement.Parameters(id));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            // Each row is made by the server when it is asked for: its errors come with it.
        }
    }

    /// <summary>A time without a zone is somebody's wall clock; whose, the table does not say.</summary>
    private async Task ExamineZonesAsync(CancellationToken cancellation)
    {
        var bare = ColumnZones.Times.Where(HasNoZone).ToList();
        if (bare.Count == 0)
            return;
        var members = $"{string.Join(", ", bare)} {(bare.Count == 1 ? "has" : "have")} no time zone and {(bare.Count == 1 ? "is" : "are")} read as {mapping.TimeZone}";
        try
        {
            await ExamineZonesAsync(members, cancellation);
        }
        catch (PostgresException e) when (SourceFaults.IsOfRows(e))
        {
            Add(CheckLevel.Advice, "time zone", $"{members}; whether that is right can't be told from the newest rows: {clean(e.MessageText)} ({e.SqlState}).");
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellation.IsCancellationRequested)
        {
            Add(CheckLevel.Advice, "time zone", $"{members}; to find the newest rows takes longer than {TimeoutSeconds} s: an index may be missing.");
        }
    }

    private async Task ExamineZonesAsync(string members, CancellationToken cancellation)
    {
        await using var batch = Batch("select current_setting('TimeZone')", SourceSettings.Select(mapping, TimeoutSeconds), ScanSql.NewestTime(source));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var zone = reader.GetString(0);
        await reader.NextResultAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        var ahead = await reader.ReadAsync(cancellation) && !reader.IsDBNull(0) ? TimeSpan.FromSeconds(reader.GetDouble(0)) : TimeSpan.Zero;
        if (ahead > Ahead)
            Add(CheckLevel.Problem, "time zone", string.Create(CultureInfo.InvariantCulture, $"{members}, by which the newest job was inserted {ahead.TotalHours:0.#} hours from now: set TimeZone to the zone that the queue writes in ('{zone}' is the database's)."));
        else if (!IsUtc(zone) && IsUtc(mapping.TimeZone))
            Add(CheckLevel.Advice, "time zone", $"{members}; this database's own zone is {zone}, in which now() writes such a column: if the queue does that, set TimeZone to '{zone}'.");
        else
            Add(CheckLevel.Good, "time zone", $"{members}.");
    }

    private void ExamineReach()
    {
        if (source.Reach is { } reach)
            Add(CheckLevel.Advice, "reach", $"{Capital(reach)}: no trigger sees all of that, so the source is followed by polling, and compared often.");
        if (source.ByTheClock.Count > 0)
            Add(CheckLevel.Advice, "clock", $"{string.Join(", ", source.ByTheClock)} {(source.ByTheClock.Count == 1 ? "asks" : "ask")} what time it is: such a value turns without a change to be seen, and is corrected by the comparison only. Write it over the row's own columns.");
    }

    /// <summary>The statement that shows all rows of a table, by its quoted name, to whoever asks.</summary>
    private string Policy(string table) => $"create policy job_lineage_reads on {table} for select to {SourceMapping.Quote(connection.UserName ?? "reader")} using (true);";

    private NpgsqlBatch Batch(params ReadOnlySpan<string> statements)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = TimeoutSeconds + 5 };
        foreach (var statement in statements)
            batch.BatchCommands.Add(new(statement));
        return batch;
    }

    /// <summary>Whether a time says no zone: a timestamp without one, a date, text of any length.</summary>
    private bool HasNoZone(string member) => source.ZoneOf(member) == ColumnZone.Without || source.Types.GetValueOrDefault(member) is { } type
        && (type is "date" or "text" || type.StartsWith("character", StringComparison.Ordinal) || type.StartsWith("varchar", StringComparison.Ordinal));

    private static bool IsUtc(string zone) => zone.ToUpperInvariant() is "UTC" or "ETC/UTC" or "GMT" or "ETC/GMT" or "UCT" or "ZULU" or "GMT0" or "UNIVERSAL" or "ETC/UNIVERSAL";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private void Add(CheckLevel level, string name, string message) => checks.Add(new(level, name, message));
}
