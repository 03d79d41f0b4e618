using System.Diagnostics;
using Npgsql;

namespace JobLineage.Bench.Latency;

/// <summary>The job whose changes are followed: it fails for good, is cancelled, and so on by turns.</summary>
internal sealed class MarkedJob(NpgsqlDataSource database, string table, long id)
{
    private bool isDiscarded = true;

    /// <summary>Its id.</summary>
    public long Id => id;

    /// <summary>The state that the source has, as the store writes it.</summary>
    public short State => (short)(isDiscarded ? Core.Model.JobState.Discarded : Core.Model.JobState.Cancelled);

    /// <summary>By how much the number of failed jobs is above that at the beginning: 0 or -1.</summary>
    public int Difference => isDiscarded ? 0 : -1;

    /// <summary>Changes it.</summary>
    /// <returns>The moment (of <see cref="Stopwatch"/>) after the commit was acknowledged.</returns>
    public async Task<long> FlipAsync(CancellationToken cancellation)
    {
        isDiscarded = !isDiscarded;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var change = new NpgsqlCommand(
            isDiscarded
                ? $"update {table} set state = 'discarded', discarded_at = timezone('UTC', clock_timestamp()), cancelled_at = null where id = $1"
                : $"update {table} set state = 'cancelled', cancelled_at = timezone('UTC', clock_timestamp()), discarded_at = null where id = $1",
            connection,
            transaction);
        change.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        if (await change.ExecuteNonQueryAsync(cancellation) != 1)
            throw new InvalidOperationException($"Job {id} is not in {table}.");
        await transaction.CommitAsync(cancellation);
        return Stopwatch.GetTimestamp();
    }

    /// <summary>Leaves it as it was found.</summary>
    public async Task RestoreAsync()
    {
        if (!isDiscarded)
            await FlipAsync(CancellationToken.None);
    }
}
