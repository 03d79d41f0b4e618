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
    private TimeSpan unfinishedTook;

    /// <summary>Looks, and says what it found.</summary>
    public async Task<IReadOnlyList<Check>> ExamineAsync(CancellationToken cancellation)
    {
        await ExamineStatementsAsync(cancellation);
        await ExamineZonesAsync(cancellation);
        ExamineReach();
        ExamineRowSecurity();
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
            var began = Stopwatch.GetTimestamp();
            try
            {
                await RunAsync(statement, id ?? IdParameters.Any(source.IdKind), cancellation);
                if (statement.Look is { } look)
                    SeeLook(look, Stopwatch.GetElapsedTime(began));
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled && !cancellation.IsCancellationRequested)
            {
                Add(CheckLevel.Advice, "statements", $"The statement for {statement.Use} took longer than {TimeoutSeconds} s: an index may be missing.");
                if (statement.Look is { } look)
                    SeeLook(look, Stopwatch.GetElapsedTime(began));
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

    /// <summary>Says what would make a look cheap, where it takes long. Each look finds what is not finished too: how long that takes by itself is taken off the others.</summary>
    private void SeeLook(LookOver look, TimeSpan took)
    {
        if (look == LookOver.Unfinished)
            unfinishedTook = took;
        if ((look == LookOver.Unfinished ? took : took - unfinishedTook) <= SlowLook)
            return;
        var (what, proposal) = look switch
        {
            LookOver.NewIds => ("new ids", $"an index on {SourceMapping.Quote(mapping.Id)} would make it fast"),
            LookOver.NewRows => ("new rows", ForNewRows()),
            _ => ("what is not finished", ForUnfinished()),
        };
        Add(CheckLevel.Advice, "looks", string.Create(CultureInfo.InvariantCulture, $"A look over {what} takes {took.TotalMilliseconds:0} ms, and changes are seen later for it: {proposal}."));
    }

    /// <summary>Conditions on plain columns that an index can serve.</summary>
    private string ForUnfinished() => mapping.Unfinished.Count > 0
        ? $"an index that serves {string.Join(" and ", mapping.Unfinished.Select(c => $"`{c}`"))} would make it fast"
        : mapping.States.Any(s => !s.Value.IsFinished()) && SqlText.Names(mapping.State).Count() == 1
            ? $"an index on {mapping.State} would make it fast"
            : "set Unfinished to conditions on the table's own columns that find what is not finished (such as [\"job.finished_at is null\"]), and let an index serve them";

    /// <summary>An index on the time of insertion, or why there can be none.</summary>
    private string ForNewRows()
    {
        if (mapping.Recent is not null)
            return $"an index that serves `{ScanSql.NewRows(mapping, "interval '2 minutes'")}` would make it fast";
        var inserted = mapping.InsertedAt!;
        var why = SqlText.HasSubquery(inserted) || SqlText.HasOtherRow(inserted) ? "reads other rows than the job's own"
            : HasNoZone(nameof(mapping.InsertedAt)) ? "has no time zone, and is another moment for each session"
            : null;
        return why is null
            ? $"an index on (({SqlText.WithoutAlias(inserted)})) would make it fast"
            : $"no index can serve InsertedAt `{inserted}`, which {why}: set it to a time with its zone over the row's own columns, such as `job.created_at at time zone 'UTC'`, and let an index serve that";
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

    private void ExamineRowSecurity()
    {
        if (!source.HidesRows)
            return;
        var (open, shut) = (source.HidingTables.Where(t => t.Policy is not null).ToList(), source.HidingTables.Where(t => t.Policy is null).ToList());
        var steps = new[]
        {
            open.Count > 0 ? $"run {string.Join(" ", open.Select(Policy))} or read as a role with BYPASSRLS" : null,
            shut.Count > 0 ? $"a restrictive policy of {string.Join(", ", shut.Select(t => t.Name))} takes rows away, which no other policy gives back: read as a role with BYPASSRLS" : null,
        };
        Add(CheckLevel.Advice, "row security", $"Row level security of {string.Join(", ", source.HidingTables.Select(t => t.Name))} may hide rows from this user, and what is hidden is not counted: {string.Join("; ", steps.OfType<string>())}.");
    }

    /// <summary>The statement that shows all rows of a table to whoever asks.</summary>
    private static string Policy(HidingTable table)
    {
        var name = table.Policy!.All(c => c is '_' or (>= 'a' and <= 'z') or (>= '0' and <= '9')) ? table.Policy! : SourceMapping.Quote(table.Policy!);
        return $"create policy {name} on {table.Name} for select to {SourceMapping.Quote(table.Role)} using (true);";
    }

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
