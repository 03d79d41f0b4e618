using JobLineage.Core.Engines.Sql;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>Asks the planner which indexes of a source's table serve.</summary>
/// <param name="source">The source.</param>
/// <param name="database">Connections to its database.</param>
/// <param name="timeoutSeconds">Time limit of a statement.</param>
internal sealed class SourceIndexes(ProbedSource source, NpgsqlDataSource database, int timeoutSeconds)
{
    /// <summary>Which index, if any, serves the search for a job's children.</summary>
    public async Task<ParentLookup> FindLookupAsync(CancellationToken cancellation)
    {
        if (source.Mapping.RunKey is not null || source.Mapping.ParentId is null)
            return ParentLookup.None;
        if (await IsServedAsync(LineageSql.AskExpression(source), cancellation))
            return ParentLookup.Expression;
        return LineageSql.AskContainment(source) is { } containment && await IsServedAsync(containment, cancellation) ? ParentLookup.Containment : ParentLookup.Scan;
    }

    /// <summary>Whether an index serves the narrowing expression of a run key.</summary>
    public Task<bool> IsKeyServedAsync(CancellationToken cancellation) => IsServedAsync(LineageSql.AskKey(source), cancellation);

    /// <summary>Whether an index serves the condition of a statement.</summary>
    public async Task<bool> IsServedAsync(string sql, CancellationToken cancellation)
    {
        try
        {
            await using var command = await SourceCommand.OpenAsync(
                database, source.Mapping, timeoutSeconds, cancellation, LineageSql.Settings(source, ParentLookup.Expression, timeoutSeconds));
            command.Sql = PlanReading.Explain(sql);
            return PlanReading.IsServed((string)(await command.ScalarAsync(cancellation))!, source.Kind == TableKind.View);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidTextRepresentation)
        {
            // A json column has no containment.
            return false;
        }
    }
}
