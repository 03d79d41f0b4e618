using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// A filter over the jobs of one run, with its names looked up: the one place in which a <see cref="JobFilter"/> becomes SQL over the store. A
/// <see cref="JobFilter.Stage"/>, and in most runs a worker, are stages; <see cref="JobFilter.Ids"/> and what is below a job are found by their
/// own indexes; arguments are read and looked at here, for a cut text is no JSON and a cast of it would end the statement.
/// </summary>
internal sealed class JobConditions
{
    private readonly JobFilter filter;
    private readonly DateTimeOffset now;
    private readonly int[]? workers;

    private JobConditions(JobFilter filter, IReadOnlyList<StoredStage> stages, int[]? workers, int[]? errors, DateTimeOffset now) =>
        (this.filter, Stages, this.workers, Errors, this.now) = (filter, stages, workers, errors, now);

    /// <summary>The filter.</summary>
    public JobFilter Filter => filter;

    /// <summary>The stages that its jobs may be in.</summary>
    public IReadOnlyList<StoredStage> Stages { get; }

    /// <summary>The numbers of the fingerprints that are asked for; null for jobs with any error, or none.</summary>
    public IReadOnlyList<int>? Errors { get; }

    /// <summary>Whether a job's arguments must be read.</summary>
    public bool NeedsArgs => filter.Args.Count > 0;

    /// <summary>Whether something is asked that neither stages nor states nor fingerprints tell.</summary>
    public bool NeedsLooking => workers is not null || NeedsArgs || filter.Texts.Count > 0 || filter.Older is not null || filter.Newer is not null;

    /// <summary>Looks up what the filter's names stand for. Null when it names a stage that the run has not.</summary>
    /// <param name="connection">In the caller's snapshot.</param>
    /// <param name="run">The run.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="now">The moment from which spans are counted.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<JobConditions?> ReadAsync(
        NpgsqlConnection connection, RunStages run, JobFilter filter, DateTimeOffset now, CancellationToken cancellation)
    {
        var stages = run.Stages;
        if (filter.Stage is { } path && !run.IsSingle)
        {
            if (run.Find(path) is not { } stage)
                return null;
            stages = [stage];
        }

        int[]? workers = null;
        if (filter.Worker is { } worker)
        {
            // Where jobs are held together by links a stage has one worker; a step of those that share a key may have many.
            if (run.IsSingle || run.RunKey is not null)
                workers = await WorkersAsync(connection, run, worker, cancellation);
            else
                stages = [.. stages.Where(stage => Workers.IsNamed(stage.Worker, worker))];
        }

        return new(filter, stages, workers, filter.HasError ? await ErrorsAsync(connection, run, filter, cancellation) : null, now);
    }

    /// <summary>The same over the jobs of all runs, of which stages are looked up elsewhere.</summary>
    public static async Task<JobConditions> ReadAsync(NpgsqlConnection connection, JobFilter filter, DateTimeOffset now, CancellationToken cancellation) => new(
        filter, [], filter.Worker is { } worker ? await WorkersAsync(connection, null, worker, cancellation) : null,
        filter.HasError ? await ErrorsAsync(connection, null, filter, cancellation) : null, now);

    /// <summary>The numbers of the workers' names that are asked for, where jobs have to be looked at to tell; null for all.</summary>
    public IReadOnlyList<int>? WorkerNames => workers;

    /// <summary>Whether a job's arguments are as the filter asks for.</summary>
    public bool ArgsHold(string? args) => JobArgument.AreIn(filter.Args, args);

    /// <summary>The conditions on a job <c>j</c>, all but those of stages and ids; of arguments less than is asked (<see cref="ArgsHold"/>).</summary>
    /// <param name="parameter">Takes a parameter and says how it is written.</param>
    public IEnumerable<string> Sql(Func<SqlValue, string> parameter)
    {
        if (filter.States is [var state])
            yield return JobIs.In(state);
        else if (filter.States.Count > 0)
            yield return JobIs.In(filter.States);
        if (Errors is [var error])
            yield return $"j.fingerprint is not null and j.fingerprint = {parameter(error)}";
        else if (Errors is not null)
            yield return $"j.fingerprint is not null and j.fingerprint = any({parameter(Parameters.Ints(Errors))})";
        if (workers is not null)
            yield return $"j.worker = any({parameter(Parameters.Ints(workers))})";
        if (filter.Queue is { } queue)
            yield return $"j.queue = (select l.id from job_lineage.label l where l.text = {Text(queue)})";
        if (filter.Older is not null || filter.Newer is not null)
        {
            var at = parameter(now);
            // JobFilterMatch.LatestAt in SQL: greatest() passes over what is null.
            var latest = $"greatest({string.Join(", ", Times.Select(time => $"case when j.{time} <= {at} then j.{time} end"))})";
            if (filter.Older is { } older)
                yield return $"{latest} <= {parameter(Before(older))}";
            if (filter.Newer is { } newer)
                yield return $"{latest} > {parameter(Before(newer))}";
        }

        // Last: these cost most, and the others leave fewer jobs to them.
        foreach (var text in filter.Texts)
            yield return $"position(lower({Text(text)}) in lower({JobSql.Args()})) > 0";
        // Not all of what is asked (ArgsHold is), but arguments that can't have it need not be sent here. Letters may stand there as \u and their numbers.
        foreach (var value in filter.Args.Select(argument => argument.Value).Where(IsPlain))
            yield return $@"(select position({Text(value)} in a.args) > 0 or position('\u' in a.args) > 0 from (select {JobSql.Args()} as args offset 0) a)";

        string Text(string text) => parameter(text);
    }

    // JSON writes it as it is, or with escapes by number.
    private static bool IsPlain(string value) => value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static readonly string[] Times = ["inserted_at", "scheduled_at", "attempted_at", "finished_at"];

    private DateTimeOffset Before(TimeSpan span) => now - span;

    /// <summary>The numbers of the names by which workers are called so.</summary>
    private static async Task<int[]> WorkersAsync(NpgsqlConnection connection, RunStages? run, string worker, CancellationToken cancellation)
    {
        // Whatever is called so has this in it: names in brackets may be shortened, but for one that begins with them, and what stands before is not.
        var wanted = worker.Replace('/', '.');
        var end = wanted.IndexOfAny(['<', '(', '[']);
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = ViewsReader.TimeoutSeconds };
        command.CommandText = "select id, text from job_lineage.label where (position($1 in replace(text, '/', '.')) > 0 or ($2 and text = ''))";
        command.With(end > 0 ? wanted[..end] : wanted, wanted == Workers.Unknown);
        if (run is { IsSingle: true })
        {
            command.CommandText += " and id = (select j.worker from job_lineage.job j where j.source_id = $3 and j.id = $4)";
            command.With(run.SourceId, run.RootId);
        }

        var found = new List<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (Workers.IsNamed(reader.GetString(1), worker))
                found.Add(reader.GetInt32(0));
        }

        return [.. found];
    }

    /// <summary>The numbers of the fingerprints, of the run's or of all, that hold all that the filter asks of an error.</summary>
    private static async Task<int[]> ErrorsAsync(NpgsqlConnection connection, RunStages? run, JobFilter filter, CancellationToken cancellation)
    {
        if (filter.ErrorTexts.Count == 0)
            return [filter.Error!.Value];
        await using var command = new NpgsqlCommand { Connection = connection, CommandTimeout = ViewsReader.TimeoutSeconds };
        string Parameter(SqlValue parameter)
        {
            command.With(parameter);
            return $"${command.Parameters.Count}";
        }

        string Holds(string text) => $"position(lower({Parameter(text)}) in lower(f.text)) > 0";
        var sql = run is null ? "select f.id::bigint from job_lineage.fingerprint f where true" : run.IsSingle
            ? $"""
                select f.id::bigint from job_lineage.job j join job_lineage.fingerprint f on f.id = j.fingerprint
                where j.source_id = {Parameter(run.SourceId)} and j.id = {Parameter(run.RootId)}
                """
            : $"""
                select f.id::bigint from job_lineage.fingerprint f
                where f.id in (select g.fingerprint from job_lineage.error_group g
                    where g.source_id = {Parameter(run.SourceId)} and g.stage_id = any({Parameter(Parameters.Longs(run.Stages.Select(s => s.Id)))}))
                """;
        if (filter.Error is { } number)
            sql += $" and f.id = {Parameter(number)}";
        foreach (var text in filter.ErrorTexts.Select(ErrorText.Of))
            sql += $" and ({Holds(text.Text)} or {Holds(text.Print)})";
        command.CommandText = sql;
        var found = new List<int>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            found.Add((int)reader.GetInt64(0));
        return [.. found];
    }
}
