using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads jobs as lists show them.</summary>
internal static class JobLines
{
    /// <summary>Characters of the arguments that a list shows.</summary>
    public const int ArgsShown = 400;

    private const int ErrorShown = 400;

    /// <summary>The jobs of these ids by id; those that are gone are left out.</summary>
    /// <param name="connection">In the caller's snapshot.</param>
    /// <param name="run">The run that they belong to.</param>
    /// <param name="ids">The ids: few.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<Dictionary<string, JobLine>> ReadAsync(
        NpgsqlConnection connection, RunStages run, IReadOnlyCollection<string> ids, CancellationToken cancellation)
    {
        var lines = new Dictionary<string, JobLine>(ids.Count, StringComparer.Ordinal);
        if (ids.Count == 0)
            return lines;
        await using var command = new NpgsqlCommand(
            $"""
            select j.id, j.state, j.stage_id, jw.text, jq.text, js.text, j.attempt, j.max_attempts, j.scheduled_at, j.attempted_at,
                j.finished_at, left(j.args, {ArgsShown}), length(j.args) > {ArgsShown} or j.flags & 16 <> 0, j.errors, j.fingerprint, j.flags
            from {JobSql.OfIds}
            {JobSql.Joins}
            where j.run_id is not distinct from $3 and j.flags & 1 = 0
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds };
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = run.SourceId });
        command.Parameters.Add(Ingest.Parameters.Texts(ids));
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)run.RunId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var line = Line(reader, run);
            lines[line.Id] = line;
        }

        return lines;
    }

    private static JobLine Line(NpgsqlDataReader row, RunStages run)
    {
        var worker = row.GetString(3);
        return new()
        {
            Id = row.GetString(0),
            State = (JobState)row.GetInt16(1),
            // A single's stage is called as it is on its own page.
            Stage = run.PathOf(row.LongAt(2)) ?? row.TextAt(5)?.Replace('/', '.') ?? Workers.ShortName(worker),
            Worker = worker,
            Queue = row.GetString(4),
            Attempt = row.GetInt32(6),
            MaxAttempts = row.GetInt32(7),
            ScheduledAt = row.TimeAt(8),
            AttemptedAt = row.TimeAt(9),
            FinishedAt = row.TimeAt(10),
            Args = row.TextAt(11),
            ArgsAreCut = !row.IsDBNull(12) && row.GetBoolean(12),
            // Read here and not by the database, which knows no NUL in a text.
            Error = StoredJson.Errors(row.TextAt(13)) is { Count: > 0 } errors ? Cut(errors[^1].FirstLine) : null,
            Fingerprint = row.IsDBNull(14) ? null : row.GetInt32(14),
            IsGone = ((JobFlags)row.GetInt16(15) & JobFlags.Gone) != 0,
        };
    }

    private static string Cut(string text) => text.Length <= ErrorShown ? text : $"{TextLimit.Cut(text, ErrorShown)}…";
}
