using System.Data;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads pairs of runs from the store; see <see cref="IRunComparisons"/>.</summary>
/// <param name="store">Connections to the store.</param>
/// <param name="runs">Reads the runs themselves.</param>
public sealed class CompareReader(NpgsqlDataSource store, RunReader runs) : IRunComparisons
{
    /// <summary>Finished jobs that are looked at in all, about: fewer of each stage, the more stages there are.</summary>
    private const int Sampled = 100_000;

    private const int FewestOfStage = 200;

    /// <summary>Errors of a run that are compared, by stage.</summary>
    internal const int MostErrors = 2_000;

    /// <inheritdoc />
    public async Task<RunComparison?> CompareAsync(string source, string before, string after, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        return await SideAsync(connection, source, before, cancellation) is { } one
            && await SideAsync(connection, source, after, cancellation) is { } other
            ? RunComparer.Compare(one, other)
            : null;
    }

    /// <inheritdoc />
    public async Task<string?> FindLastGoodAsync(string source, string jobId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        jobId = await JobAddress.ResolveAsync(connection, source, jobId, cancellation);
        await using var command = new NpgsqlCommand(
            $"""
            select g.root_id
            from job_lineage.source src
            join job_lineage.job j on j.source_id = src.id and j.id = $2
            join job_lineage.run r on r.source_id = j.source_id and r.id = j.run_id
            join job_lineage.run g on g.source_id = r.source_id and g.worker = r.worker and g.id <> r.id
                and (g.started_at, g.id) < (coalesce(r.started_at, 'infinity'), r.id)
                and {StateColumns.Sum([.. JobStates.Unfinished, JobState.Discarded], "g")} = 0
                and g.completed > 0
            where src.name = $1
            order by g.started_at desc, g.id desc
            limit 1
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(source, jobId);
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task<(string Before, string After)?> FindPairAsync(
        string source, IReadOnlyList<(string Before, string After)> pairs, CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            """
            select p.place
            from job_lineage.source src
            cross join unnest($2, $3) with ordinality p (before, after, place)
            join job_lineage.job one on one.source_id = src.id and one.id = p.before
            join job_lineage.job other on other.source_id = src.id and other.id = p.after
            where src.name = $1
            order by p.place
            limit 1
            """);
        command.CommandTimeout = ViewsReader.TimeoutSeconds;
        command.With(source, Parameters.Texts(pairs.Select(p => p.Before)), Parameters.Texts(pairs.Select(p => p.After)));
        return await command.ExecuteScalarAsync(cancellation) is long place ? pairs[(int)place - 1] : null;
    }

    /// <summary>One run with what a comparison needs; null when unknown.</summary>
    internal async Task<RunSide?> FindSideAsync(string source, string jobId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        return await SideAsync(connection, source, jobId, cancellation);
    }

    private async Task<RunSide?> SideAsync(NpgsqlConnection connection, string source, string jobId, CancellationToken cancellation)
    {
        if (await runs.FindRunAsync(connection, source, jobId, cancellation) is not { } run
            || await RunStages.ReadAsync(connection, source, jobId, cancellation) is not { } stored)
        {
            return null;
        }

        if (stored.IsSingle)
        {
            var own = await SingleView.ErrorsAsync(connection, stored, cancellation);
            return new(run, new Dictionary<string, StageSpans>(), [.. own.Groups.Select(g =>
                new StageError(run.Stages[0].Path, g.Fingerprint, g.Text, g.Final, g.Other))], false);
        }

        var each = Math.Clamp(Sampled / stored.Stages.Count, FewestOfStage, SpanReader.Sampled);
        var spans = await SpanReader.ReadAsync(connection, stored.SourceId, [.. stored.Stages.Select(s => s.Id)], each, cancellation);
        var byPath = new Dictionary<string, StageSpans>(StagePath.Comparer);
        foreach (var (stage, span) in spans)
            byPath[stored.PathOf(stage)!] = span;
        var errors = await ErrorsAsync(connection, stored, cancellation);
        return new(run, byPath, [.. errors.Take(MostErrors)], errors.Count > MostErrors);
    }

    private static async Task<List<StageError>> ErrorsAsync(NpgsqlConnection connection, RunStages run, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select g.stage_id, g.fingerprint, f.text, g.final, g.retrying
            from (
                select * from job_lineage.error_group where source_id = $2 and stage_id = any($1) and final + retrying > 0
                order by final + retrying desc, stage_id, fingerprint limit {MostErrors + 1}) g
            join job_lineage.fingerprint f on f.id = g.fingerprint
            order by g.final + g.retrying desc, g.stage_id, g.fingerprint
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds }.With(Parameters.Longs(run.Stages.Select(s => s.Id)), run.SourceId);
        var errors = new List<StageError>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            errors.Add(new(run.PathOf(reader.GetInt64(0))!, reader.GetInt32(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4)));
        return errors;
    }
}
