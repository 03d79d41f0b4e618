using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>
/// Reads canonical jobs from one source. Reads only; every statement carries a timeout. Errors of the database pass
/// through as <see cref="NpgsqlException"/>.
/// </summary>
/// <param name="source">What was found out about the table.</param>
/// <param name="database">Connections to the source's database.</param>
/// <param name="redaction">Takes secrets out of args, meta and errors, and cuts them.</param>
/// <param name="timeoutSeconds">Time limit of one statement.</param>
public sealed partial class SourceReader(ProbedSource source, NpgsqlDataSource database, Redaction redaction, int timeoutSeconds = 30)
{
    /// <summary>Rows of a table that are looked over at a time for those that can't bear a statement.</summary>
    private const int SearchChunk = 20_000;

    private readonly SourceMapping mapping = source.Mapping;
    private volatile IReadOnlySet<string> known = new HashSet<string>();

    /// <summary>What was found out about the table.</summary>
    public ProbedSource Source => source;

    /// <summary>Takes secrets out of what is read, and out of what errors say.</summary>
    internal Redaction Redaction => redaction;

    /// <summary>Rows of which it is known already that they can't be read: however many they are, it is not the mapping that is wrong.</summary>
    internal IReadOnlySet<string> Known => known;

    /// <summary>Says which rows could not be read before.</summary>
    public void Expect(IEnumerable<string> ids) => known = new HashSet<string>(known.Concat(ids), StringComparer.Ordinal);

    /// <summary>
    /// Raised with the source's own word for a state that the mapping does not know. The row is passed over; it may be
    /// raised many times for the same word.
    /// </summary>
    public event Action<string>? UnknownState;

    /// <summary>
    /// The jobs that exist among these ids, in no particular order. Ids that can't be ids of this source count as absent. Rows that can't be
    /// read are found and named, and all others are read.
    /// </summary>
    /// <exception cref="SourceProblemException">So many rows can't be read that it is the mapping that is wrong.</exception>
    public async Task<SourceRows> ReadAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
            return new([], []);
        var found = new FoundRows(ids.Count);
        var search = new RowSearch(mapping.Name, redaction, known);
        await search.RunAsync(
            ids as IReadOnlyList<string> ?? [.. ids],
            some => ReadAsync(some, [], found, cancellation),
            (id, error) => ReadOneAsync(id, error, search, found, cancellation),
            cancellation);
        // The entry under which rows without an id are put aside.
        if (ids.Contains(""))
            await TellLackingAsync(found, cancellation);
        if (found.Bad.Count > 0)
            Expect(found.Bad.Select(b => b.Id));
        return new(found.Jobs, [.. ids.Where(id => !found.Present.Contains(id))]) { Bad = found.Bad, Unknown = [.. found.Unknown.Keys], UnknownStates = found.States };
    }

    /// <summary>
    /// The whole table in chunks in the order of ids, each chunk a statement of its own, so that no snapshot of the
    /// source is held open.
    /// </summary>
    /// <param name="after">The id after which to begin; null for the beginning.</param>
    /// <param name="chunk">Rows in a chunk.</param>
    /// <param name="cancellation">Stops between and within chunks.</param>
    public async IAsyncEnumerable<SourceChunk> StreamAsync(
        string? after, int chunk, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var read = await ChunkAsync(after, chunk, cancellation);
            if (read.Rows > 0 || read.Bad.Count > 0)
                yield return read;
            if (read.Rows < chunk)
                yield break;
            after = read.LastId;
        }
    }

    /// <summary>The ids of a stretch of the table, in their order; no expression of the mapping is asked.</summary>
    internal async Task<IReadOnlyList<string>> IdsAsync(string? after, int chunk, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = ReadSql.Ids(source, after is not null, chunk);
        if (after is not null)
            command.Add(IdValue(after));
        var ids = new List<string>(chunk);
        await using var reader = await command.ReadAsync(CommandBehavior.Default, cancellation);
        while (await reader.ReadAsync(cancellation))
            ids.Add(reader.GetString(0));
        return ids;
    }

    private async Task<SourceChunk> ChunkAsync(string? after, int chunk, CancellationToken cancellation)
    {
        try
        {
            var (found, last) = await ChunkRowsAsync(after, chunk, cancellation);
            // Rows without an id come after all others.
            if (found.Rows < chunk)
                await TellLackingAsync(found, cancellation);
            return new(found.Jobs, found.Rows > 0 ? last : after ?? "", found.Rows) { Bad = found.Bad, Unknown = [.. found.Unknown.Keys] };
        }
        catch (Exception e) when (RowFaults.IsOfRows(e))
        {
            var ids = await IdsAsync(after, chunk, cancellation);
            var rows = await ReadAsync(ids.Count < chunk ? [.. ids, ""] : ids, cancellation);
            var jobs = rows.Jobs.ToList();
            jobs.Sort((a, b) => JobIds.Compare(source.IdKind, a.Id, b.Id));
            return new(jobs, ids.Count > 0 ? ids[^1] : after ?? "", ids.Count) { Bad = rows.Bad, Unknown = rows.Unknown };
        }
    }

    private async Task<(FoundRows Found, string Last)> ChunkRowsAsync(string? after, int chunk, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = ReadSql.Chunk(source, after is not null, chunk);
        if (after is not null)
            command.Add(IdValue(after));
        var (found, last) = (new FoundRows(chunk), "");
        await using var row = new RowCursor(await command.ReadAsync(CommandBehavior.SequentialAccess, cancellation));
        while (await row.NextAsync(cancellation))
        {
            last = row.Text();
            Take(row, last, [], found);
        }

        return (found, last);
    }

    /// <summary>Reads all of these rows or, when it throws, none.</summary>
    private async Task ReadAsync(IReadOnlyList<string> ids, IReadOnlyCollection<string> without, FoundRows found, CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = ReadSql.ByIds(source, without);
        command.Add(IdArray(ids));
        var some = new FoundRows(ids.Count);
        await using (var row = new RowCursor(await command.ReadAsync(CommandBehavior.SequentialAccess, cancellation)))
        {
            while (await row.NextAsync(cancellation))
                Take(row, row.Text(), without, some);
        }

        found.Add(some);
    }

    private void Take(RowCursor row, string id, IReadOnlyCollection<string> without, FoundRows found)
    {
        found.Rows++;
        // What is assumed of an id is checked: of two rows the store can keep one.
        if (!found.Present.Add(id) && found.Twice.Add(id))
            found.Bad.Add(new(id, nameof(SourceMapping.Id), true, null, $"More than one row of {mapping.Schema}.{mapping.Table} has the id {RowFaults.Shown(id)}: one of them is shown. Ids must be unique; set Id to a column that is."));
        var word = row.TextOrNull() ?? "";
        if (Read(row, id, word, without) is { } job)
            found.Jobs.Add(job);
        else
            found.Unknown[id] = word;
    }

    /// <summary>The planner's estimate of the table's rows, whatever kind of table it is: for a progress bar, and to tell whether to read it whole is worth its price.</summary>
    public async Task<long> EstimateRowsAsync(CancellationToken cancellation)
    {
        await using (var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation))
        {
            command.Sql = ScanSql.EstimateOfSmall;
            command.Add(mapping.QualifiedTable);
            if (await command.ScalarAsync(cancellation) is long rows)
                return rows;
        }

        await using var plan = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        plan.Sql = ScanSql.Estimate(source);
        return PlanReading.Rows((string)(await plan.ScalarAsync(cancellation))!);
    }

    /// <summary>A parameter that holds ids in the column's own type, so that its index serves.</summary>
    internal SqlValue IdArray(IEnumerable<string> ids) => IdParameters.Array(source.IdKind, ids);

    /// <summary>A parameter that holds one id in the column's own type.</summary>
    internal SqlValue IdValue(string id) => IdParameters.Value(source.IdKind, id);

    private Job? Read(RowCursor row, string id, string word, IReadOnlyCollection<string> without)
    {
        // Where the state can't be read the row is put aside, and what is known of its place is wanted.
        if (!mapping.States.TryGetValue(word, out var state) && !without.Contains(nameof(mapping.State)))
        {
            UnknownState?.Invoke(word);
            return null;
        }

        var job = new Job
        {
            Source = mapping.Name,
            Id = id,
            State = state,
            Worker = Label(row) ?? "",
            Queue = Label(row) ?? "",
            Step = Label(row),
            ParentId = JobIds.Normalize(source.IdKind, row.TextOrNull()),
            RunKey = row.TextOrNull(),
            Attempt = row.ClampedInt(),
            MaxAttempts = row.ClampedInt(),
            Priority = row.ClampedInt(),
            InsertedAt = row.Time(),
            ScheduledAt = row.Time(),
            AttemptedAt = row.Time(),
            FinishedAt = row.Time(),
            AttemptedBy = Label(row),
        };
        var (args, argsCut) = redaction.Json(row.TextOrNull());
        var (meta, metaCut) = redaction.Json(row.TextOrNull());
        var errors = ErrorsParser.Parse(row.TextOrNull(), e => redaction.FreeText(e).Text);
        if (row.TextOrNull() is { Length: > 0 } last)
            errors = [.. errors, LastOf(job, redaction.FreeText(ErrorJson.Read(last)).Text)];
        // Every column is taken, whatever becomes of it: others may come after.
        var (announced, parents) = (row.TextOrNull(), row.TextOrNull());
        return job with
        {
            ExpectedChildren = Announced(announced),
            Parents = mapping.RunKey is null ? FurtherParents.Read(parents, source.IdKind, job.Id, job.ParentId, ReadSql.FetchLimit) : [],
            Args = args,
            Meta = meta,
            Errors = errors,
            IsCut = argsCut || metaCut,
            // Where the table does not say, a job may run from the moment it is there.
            ScheduledAt = job.ScheduledAt ?? job.InsertedAt,
            // A key makes its run by itself; the pointer is for queues without one.
            ParentId = mapping.RunKey is null ? job.ParentId : null,
        };
    }

    /// <summary>The one error that a queue keeps. While an attempt runs, and where one has ended well, it is that of the attempt before, whose times nothing keeps.</summary>
    private static JobError LastOf(Job job, string message) =>
        job.State is JobState.Executing or JobState.Completed ? new(Math.Max(job.Attempt - 1, 0), null, message) : new(job.Attempt, job.AttemptedAt, message);

    /// <summary>A number as a job may have written it; null for anything else.</summary>
    private static int? Announced(string? text) =>
        text is { Length: < 40 } && decimal.TryParse(text.Trim('"', ' '), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1_000_000_000
            ? (int)number
            : null;

    /// <summary>A name, no longer than an index of the store takes.</summary>
    private static string? Label(RowCursor row) => ShortText.Of(row.TextOrNull());
}
