using Npgsql;

namespace JobLineage.Core.Store.Ingest;

/// <summary>Draws ids of runs and stages in blocks. A block that is not used up is lost, which costs nothing.</summary>
internal sealed class IdBlocks(NpgsqlConnection connection, int block)
{
    private readonly Blocks runs = new(block);
    private readonly Blocks stages = new(block);

    /// <summary>Makes sure that this many of each can be drawn.</summary>
    public async Task ReserveAsync(int count, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select nextval('job_lineage.run_id'), nextval('job_lineage.stage_id') from generate_series(1, $1)", connection).With((count + block - 1) / block);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            runs.Add(reader.GetInt64(0));
            stages.Add(reader.GetInt64(1));
        }
    }

    public long NextRun() => runs.Next();

    public long NextStage() => stages.Next();

    private sealed class Blocks(int size)
    {
        private readonly Queue<long> starts = new();
        private long current;
        private int left;

        public void Add(long start) => starts.Enqueue(start);

        public long Next()
        {
            if (left == 0)
                (current, left) = (starts.Dequeue(), size);
            left--;
            return current++;
        }
    }
}
