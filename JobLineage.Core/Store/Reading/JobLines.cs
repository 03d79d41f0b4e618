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
            select j.stage_id, js.text, jw.text, j.id, j.state, jq.text, j.attempt, j.max_attempts, j.scheduled_at, j.attempted_at, j.finished_at,
                left(coalesce(j.args, jp.args), {ArgsShown}), length(coalesce(j.args, jp.args)) > {ArgsShown} or {JobIs.Cut()}, coalesce(j.errors, jp.errors), j.fingerprint, j.flags
            from {JobSql.OfIds}
            {JobSql.Joins}
            where j.run_id is not distinct from $3 and {JobIs.Seen()}
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(run.SourceId, Parameters.Texts(ids), run.RunId);
        await using var row = new RowCursor(await command.ExecuteReaderAsync(cancellation));
        while (await row.NextAsync(cancellation))
        {
            var line = Line(row, run);
            lines[line.Id] = line;
        }

        return lines;
    }

    private static JobLine Line(RowCursor row, RunStages run)
    {
        var (stage, step, worker) = (row.LongOrNull(), row.TextOrNull(), row.Text());
        return new()
        {
            Id = row.Text(),
            State = (JobState)row.Short(),
            // A single's stage is called as it is on its own page.
            Stage = run.PathOf(stage) ?? step?.Replace('/', '.') ?? Workers.ShortName(worker),
            Worker = worker,
            Queue = row.Text(),
            Attempt = row.Int(),
            MaxAttempts = row.Int(),
            ScheduledAt = row.Time(),
            AttemptedAt = row.Time(),
            FinishedAt = row.Time(),
            Args = row.TextOrNull(),
            ArgsAreCut = row.BoolOrNull() is true,
            // Read here and not by the database, which knows no NUL in a text.
            Error = StoredJson.Errors(row.TextOrNull()) is { Count: > 0 } errors ? Cut(errors[^1].FirstLine) : null,
            Fingerprint = row.IntOrNull(),
            IsGone = ((JobFlags)row.Short() & JobFlags.Gone) != 0,
        };
    }

    private static string Cut(string text) => text.Length <= ErrorShown ? text : $"{TextLimit.Cut(text, ErrorShown)}…";
}
