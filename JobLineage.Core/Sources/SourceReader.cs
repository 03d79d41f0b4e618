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
public sealed class SourceReader(ProbedSource source, NpgsqlDataSource database, Redaction redaction, int timeoutSeconds = 30)
{
    private const int LabelLimit = 500;

    private readonly SourceMapping mapping = source.Mapping;

    /// <summary>What was found out about the table.</summary>
    public ProbedSource Source => source;

    /// <summary>
    /// Raised with the source's own word for a state that the mapping does not know. The row is passed over; it may be
    /// raised many times for the same word.
    /// </summary>
    public event Action<string>? UnknownState;

    /// <summary>The jobs that exist among these ids, in no particular order. Ids that can't be ids of this source count as absent.</summary>
    public async Task<SourceRows> ReadAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
            return new([], []);
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = ReadSql.ByIds(source);
        command.Add(IdArray(ids));
        var jobs = new List<Job>(ids.Count);
        var present = new HashSet<string>(ids.Count, StringComparer.Ordinal);
        await using var reader = await command.ReadAsync(CommandBehavior.SequentialAccess, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetString(0);
            present.Add(id);
            if (Read(reader, id) is { } job)
                jobs.Add(job);
        }

        return new(jobs, [.. ids.Where(id => !present.Contains(id))]);
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
            await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
            command.Sql = ReadSql.Chunk(source, after is not null, chunk);
            if (after is not null)
                command.Add(IdValue(after));
            var rows = 0;
            var jobs = new List<Job>(chunk);
            await using (var reader = await command.ReadAsync(CommandBehavior.SequentialAccess, cancellation))
            {
                while (await reader.ReadAsync(cancellation))
                {
                    rows++;
                    after = reader.GetString(0);
                    if (Read(reader, after) is { } job)
                        jobs.Add(job);
                }
            }

            if (rows > 0)
                yield return new(jobs, after!, rows);
            if (rows < chunk)
                yield break;
        }
    }

    /// <summary>The planner's estimate of the table's rows: for a progress bar, and for nothing else.</summary>
    public async Task<long> EstimateRowsAsync(CancellationToken cancellation)
    {
        await using var command = await SourceCommand.OpenAsync(database, mapping, timeoutSeconds, cancellation);
        command.Sql = ScanSql.Estimate;
        command.Add(new NpgsqlParameter<string> { TypedValue = mapping.QualifiedTable });
        return (long)(await command.ScalarAsync(cancellation))!;
    }

    /// <summary>A parameter that holds ids in the column's own type, so that its index serves.</summary>
    internal NpgsqlParameter IdArray(IEnumerable<string> ids) => IdParameters.Array(source.IdKind, ids);

    /// <summary>A parameter that holds one id in the column's own type.</summary>
    internal NpgsqlParameter IdValue(string id) => IdParameters.Value(source.IdKind, id);

    private Job? Read(NpgsqlDataReader row, string id)
    {
        var word = row.TextAt(1) ?? "";
        if (!mapping.States.TryGetValue(word, out var state))
        {
            UnknownState?.Invoke(word);
            return null;
        }

        // In the order of the columns: the reader is sequential.
        var job = new Job
        {
            Source = mapping.Name,
            Id = id,
            State = state,
            Worker = Label(row, 2) ?? "",
            Queue = Label(row, 3) ?? "",
            Step = Label(row, 4),
            ParentId = JobIds.Normalize(source.IdKind, row.TextAt(5)),
            RunKey = row.TextAt(6),
            Attempt = row.ClampedAt(7),
            MaxAttempts = row.ClampedAt(8),
            Priority = row.ClampedAt(9),
            InsertedAt = row.TimeAt(10),
            ScheduledAt = row.TimeAt(11),
            AttemptedAt = row.TimeAt(12),
            FinishedAt = row.TimeAt(13),
            AttemptedBy = row.TextAt(14),
        };
        var (args, argsCut) = redaction.Json(row.TextAt(15));
        var (meta, metaCut) = redaction.Json(row.TextAt(16));
        var errors = ErrorsParser.Parse(row.TextAt(17), e => redaction.FreeText(e).Text);
        if (row.TextAt(18) is { Length: > 0 } last)
            errors = [.. errors, new(job.Attempt, job.AttemptedAt, redaction.FreeText(last).Text)];
        return job with
        {
            ExpectedChildren = Announced(row.TextAt(19)),
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

    /// <summary>A number as a job may have written it; null for anything else.</summary>
    private static int? Announced(string? text) =>
        text is { Length: < 40 } && decimal.TryParse(text.Trim('"', ' '), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1_000_000_000
            ? (int)number
            : null;

    /// <summary>A name, cut to what an index of the store takes (2,700 bytes): nobody reads further.</summary>
    private static string? Label(NpgsqlDataReader row, int column) => row.TextAt(column) switch
    {
        { Length: > LabelLimit } text => TextLimit.Cut(text, LabelLimit).ToString(),
        var text => text,
    };
}

/// <summary>A stretch of the table.</summary>
/// <param name="Jobs">Its jobs in the order of ids; rows in an unknown state are left out.</param>
/// <param name="LastId">The last id read, with which the next stretch begins.</param>
/// <param name="Rows">Rows read, those in an unknown state included.</param>
public sealed record SourceChunk(IReadOnlyList<Job> Jobs, string LastId, int Rows);

/// <summary>What was found of some ids.</summary>
/// <param name="Jobs">The jobs found; rows in an unknown state are left out.</param>
/// <param name="Absent">The ids that the table does not have.</param>
public sealed record SourceRows(IReadOnlyList<Job> Jobs, IReadOnlyList<string> Absent);
