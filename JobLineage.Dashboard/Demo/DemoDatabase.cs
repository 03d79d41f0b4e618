using Dapper;
using JobLineage.Dashboard.Demo.History;
using JobLineage.Dashboard.Demo.Oban;
using JobLineage.Dashboard.Demo.Research;
using Npgsql;

namespace JobLineage.Dashboard.Demo;

/// <summary>The demonstration's source: the tables of Oban and of research_jobs, with a past of their own.</summary>
public static class DemoDatabase
{
    /// <summary>
    /// Creates the tables in the database of <paramref name="connectionString"/>, with finished runs of the last two days,
    /// unless they are there already. All or nothing.
    /// </summary>
    public static Task CreateAsync(string connectionString, CancellationToken cancellation) =>
        CreateAsync(connectionString, TimeProvider.System, false, cancellation);

    /// <inheritdoc cref="CreateAsync(string, CancellationToken)"/>
    /// <param name="connectionString">The database.</param>
    /// <param name="time">The clock by which the past is past.</param>
    /// <param name="midIncident">Whether an incident is under way already, for who looks at once.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task CreateAsync(string connectionString, TimeProvider time, bool midIncident, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Tuned(connectionString));
        await connection.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        Task ExecuteAsync(string sql, object? parameters = null) => connection.ExecuteAsync(
            new CommandDefinition(sql, parameters, transaction, commandTimeout: 60, cancellationToken: cancellation));

        // Two demos started at once must not both find nothing.
        await ExecuteAsync("select pg_advisory_xact_lock(hashtext('job_lineage_demo'))");
        var exists = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select to_regclass('oban_jobs') is not null", transaction: transaction, commandTimeout: 30, cancellationToken: cancellation));
        if (exists)
            return;

        await ExecuteAsync(ObanSchema.Create);
        await ExecuteAsync(ResearchSchema.Create);
        await ExecuteAsync(DemoState.Create);
        await ExecuteAsync(ObanHistory.Insert, new { jobs = ObanHistory.Rows(time.GetUtcNow()) });
        await ExecuteAsync(ResearchHistory.Insert, new { jobs = ResearchHistory.Rows(time.GetUtcNow()) });
        var opening = midIncident ? IncidentOpening.Of(time.GetUtcNow()) : null;
        if (opening is not null)
            await ExecuteAsync(ObanHistory.Insert, new { jobs = opening.Rows });
        await ExecuteAsync(DemoState.Begin, new { opening = opening?.Sync });
        await ExecuteAsync("analyze oban_jobs, research_jobs");
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>
    /// The connection string as the demo uses it: UTC, because Oban's times have no zone, and prepared statements, because
    /// it sends the same few for ever.
    /// </summary>
    internal static string Tuned(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "joblineage demo",
        Timezone = "UTC",
        MaxAutoPrepare = 40,
        AutoPrepareMinUsages = 3,
        MaxPoolSize = 12,
    }.ConnectionString;
}
