using System.Data;
using System.Runtime.CompilerServices;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Reads runs out of the store; see <see cref="IRunExports"/>. One transaction, so that all agrees, and a cursor in it, so
/// that no more is read than is taken: who takes slowly makes the server wait, and not us remember.
/// </summary>
/// <param name="store">Connections to the store.</param>
/// <param name="runs">Reads the run itself.</param>
/// <param name="time">For filters that count from now.</param>
public sealed class ExportReader(NpgsqlDataSource store, RunReader runs, TimeProvider time) : IRunExports
{
    /// <summary>Jobs that are fetched at a time.</summary>
    internal const int Piece = 1_000;

    /// <summary>For one piece, and not for the whole, which takes as long as whoever takes it.</summary>
    private const int PieceSeconds = 30;

    /// <summary>Who has taken nothing for so long has gone: an open transaction keeps the store from tidying up.</summary>
    private const int IdleMinutes = 5;

    /// <inheritdoc />
    public async Task<RunExport?> OpenAsync(JobSelection selection, CancellationToken cancellation)
    {
        var held = new Held(await store.OpenConnectionAsync(cancellation));
        try
        {
            await held.BeginAsync(cancellation);
            if (await runs.FindRunAsync(held.Connection, selection.Source, selection.RootId, cancellation) is { } run
                && await RunStages.ReadAsync(held.Connection, selection.Source, selection.RootId, cancellation) is { } stages
                && (selection.Filter.Stage is not { } path || run.Stages.Any(stage => stage.Path == path))
                && await JobConditions.ReadAsync(held.Connection, stages, selection.Filter.Within(stages.RootId), time.GetUtcNow(), cancellation) is { } filtered)
            {
                return new(run, selection, JobsAsync(held.Connection, stages, run, filtered), held);
            }
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }

        await held.DisposeAsync();
        return null;
    }

    private static async IAsyncEnumerable<ExportedJob> JobsAsync(
        NpgsqlConnection connection, RunStages stages, RunSnapshot run, JobConditions filtered, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var (sql, values) = ExportSql.Of(stages, filtered);
        // The stages' indexes have the order already: the first piece must not wait for a million rows to be sorted.
        await using (var settings = new NpgsqlCommand(
            "select set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)", connection))
            await settings.ExecuteNonQueryAsync(cancellation);
        await using (var declare = new NpgsqlCommand($"declare jl_export no scroll cursor for {sql}", connection) { CommandTimeout = PieceSeconds + 5 }.With(values))
            await declare.ExecuteNonQueryAsync(cancellation);

        await using var fetch = new NpgsqlCommand($"fetch {Piece} from jl_export", connection) { CommandTimeout = PieceSeconds + 5 };
        for (var rows = Piece; rows == Piece;)
        {
            rows = 0;
            await using var row = new RowCursor(await fetch.ExecuteReaderAsync(cancellation));
            while (await row.NextAsync(cancellation))
            {
                rows++;
                var (job, stage) = JobSql.Read(row, run.Source);
                var fingerprint = row.IntOrNull();
                if (!filtered.ArgsHold(job.Args))
                    continue;
                // A single's stage is called as it is on its own page.
                yield return new(job, stages.PathOf(stage) ?? run.Stages[0].Path, fingerprint);
            }
        }
    }

    /// <summary>The connection with its transaction.</summary>
    private sealed class Held(NpgsqlConnection connection) : IAsyncDisposable
    {
        private NpgsqlTransaction? transaction;

        public NpgsqlConnection Connection => connection;

        public async Task BeginAsync(CancellationToken cancellation)
        {
            transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
            await using var settings = new NpgsqlCommand(
                $"""
                select set_config('transaction_read_only', 'on', true), set_config('statement_timeout', '{PieceSeconds}s', true),
                    set_config('idle_in_transaction_session_timeout', '{IdleMinutes}min', true), set_config('jit', 'off', true)
                """, connection);
            await settings.ExecuteNonQueryAsync(cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            if (transaction is not null)
                await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
