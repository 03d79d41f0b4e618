using System.Data.Common;
using Npgsql;

namespace JobLineage.Bench.Faults;

/// <summary>Programs that write the queue, whatever else happens: a connection that is lost is made again.</summary>
public sealed class QueueLoad : IAsyncDisposable
{
    private readonly NpgsqlDataSource queue;
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] writers;
    private long statements;

    private QueueLoad(NpgsqlDataSource queue, Random random, int writers)
    {
        this.queue = queue;
        this.writers = [.. Enumerable.Range(0, writers).Select(_ => random.Next()).ToList().Select(seed => Task.Run(() => WriteAsync(new(seed))))];
    }

    /// <summary>How many statements have been committed.</summary>
    public long Statements => Interlocked.Read(ref statements);

    /// <summary>Starts writing.</summary>
    public static QueueLoad Start(NpgsqlDataSource queue, Random random, int writers = 2) => new(queue, random, writers);

    /// <summary>Ends what is being written, and returns when nothing is written any more.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task WriteAsync(Random random)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await queue.OpenConnectionAsync(stop.Token);
                while (!stop.IsCancellationRequested)
                {
                    await WriteAsync(connection, random);
                    await Task.Delay(random.Next(0, 12), stop.Token);
                }
            }
            catch (Exception e) when (e is DbException or IOException or TimeoutException)
            {
                // The server is away.
                await Task.Delay(50);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task WriteAsync(NpgsqlConnection connection, Random random)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync();
            for (var i = random.Next(8) == 0 ? random.Next(2, 5) : 1; i > 0; i--)
            {
                await using var command = new NpgsqlCommand(QueueMoves.Next(random), connection, transaction) { CommandTimeout = 120 };
                await command.ExecuteNonQueryAsync();
                Interlocked.Increment(ref statements);
            }

            if (random.Next(15) == 0)
                await transaction.RollbackAsync();
            else
                await transaction.CommitAsync();
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.LockNotAvailable)
        {
            // Two of them met: rolled back, and on.
        }
    }
}
