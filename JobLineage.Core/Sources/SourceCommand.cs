using System.Data;
using JobLineage.Core.Engines.Sql;
using Npgsql;

namespace JobLineage.Core.Sources;

/// <summary>
/// One statement against somebody's production database: read only, with a time limit that the server itself keeps, and
/// without JIT, which alone costs more than these statements. The settings hold for the statement and leave no trace in
/// the session, so that a pooler in transaction mode may stand between.
/// </summary>
internal sealed class SourceCommand : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlBatch batch;
    private readonly NpgsqlBatchCommand statement = new();

    private SourceCommand(NpgsqlConnection connection, string settings, int timeoutSeconds)
    {
        this.connection = connection;
        // A little longer than the server's own limit: its sentence is the better one.
        batch = new(connection) { Timeout = timeoutSeconds + 5 };
        batch.BatchCommands.Add(new(settings));
        batch.BatchCommands.Add(statement);
    }

    /// <summary>The moment that the rows are of; known when the statement has been run.</summary>
    public SourceMoment? Moment { get; private set; }

    /// <summary>The statement.</summary>
    public string Sql
    {
        set => statement.CommandText = value;
    }

    /// <summary>How many parameters there are: the last one's number.</summary>
    public int ParameterCount => statement.Parameters.Count;

    /// <summary>Opens a connection for a statement.</summary>
    /// <param name="database">Connections to the source's database.</param>
    /// <param name="mapping">Whose zone times without one are of.</param>
    /// <param name="timeoutSeconds">Time limit of the statement.</param>
    /// <param name="cancellation">Stops waiting for a connection.</param>
    /// <param name="settings">The statement that sets what it runs with, where that is not what all run with: <see cref="SourceSettings"/> makes it.</param>
    public static async Task<SourceCommand> OpenAsync(
        NpgsqlDataSource database, SourceMapping mapping, int timeoutSeconds, CancellationToken cancellation, string? settings = null) =>
        new(await database.OpenConnectionAsync(cancellation), settings ?? SourceSettings.Select(mapping, timeoutSeconds), timeoutSeconds);

    public void Add(SqlValue parameter) => statement.With(parameter);

    /// <summary>Runs it; the reader stands before the statement's first row.</summary>
    public async Task<NpgsqlDataReader> ReadAsync(CommandBehavior behavior, CancellationToken cancellation)
    {
        var reader = await batch.ExecuteReaderAsync(behavior, cancellation);
        await reader.ReadAsync(cancellation);
        Moment = new(reader.GetBoolean(0), reader.TimeAt(1)!.Value, reader.TimeAt(2));
        await reader.NextResultAsync(cancellation);
        return reader;
    }

    /// <summary>Runs it; the first value of the first row, null without one.</summary>
    public async Task<object?> ScalarAsync(CancellationToken cancellation)
    {
        await using var reader = await ReadAsync(CommandBehavior.Default, cancellation);
        return await reader.ReadAsync(cancellation) && !reader.IsDBNull(0) ? reader.GetValue(0) : null;
    }

    public async ValueTask DisposeAsync()
    {
        await batch.DisposeAsync();
        await connection.DisposeAsync();
    }
}
