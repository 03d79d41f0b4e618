using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Bench.Producer;

/// <summary>The ways of being told of changes: what each puts on the table, and who reads meanwhile.</summary>
internal sealed class ProducerVariants(NpgsqlDataSource database, SourceMapping mapping) : IAsyncDisposable
{
    private const string RowTrigger = "bench_notify_row";
    private const string StatementTrigger = "bench_notify_statement";

    private readonly TriggerInstaller installer = new(mapping, database);
    private readonly TriggerConsumer consumer = new(database, TriggerNames.Of(mapping));

    /// <summary>The first is what the others are compared with.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["bare", "change log + gate, drained", "change log + gate, jobs read", "NOTIFY per statement", "NOTIFY per row"];

    /// <summary>Puts all triggers on the table, switched off.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        await installer.InstallAsync(cancellation: cancellation);
        await ExecuteAsync($$"""
            create or replace function {{SourceMapping.Quote(mapping.Schema)}}.bench_notify() returns trigger language plpgsql as $$
            begin
                perform pg_notify('bench_notify', case when tg_level = 'ROW' then new.id::text else '' end);
                return null;
            end $$;
            create or replace trigger {{RowTrigger}} after insert or update on {{mapping.QualifiedTable}}
                for each row execute function {{SourceMapping.Quote(mapping.Schema)}}.bench_notify();
            create or replace trigger {{StatementTrigger}} after insert or update on {{mapping.QualifiedTable}}
                for each statement execute function {{SourceMapping.Quote(mapping.Schema)}}.bench_notify();
            """, cancellation);
        await SwitchAsync([], cancellation);
    }

    /// <summary>Runs a load while a variant is switched on, with its reader at work.</summary>
    public async Task<double> RunAsync(string name, Func<Task<double>> load, CancellationToken cancellation)
    {
        await SwitchAsync(name switch
        {
            "NOTIFY per row" => [RowTrigger],
            "NOTIFY per statement" => [StatementTrigger],
            "bare" => [],
            _ => TriggerNames.Triggers,
        }, cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = name switch
        {
            "bare" => Task.CompletedTask,
            "NOTIFY per row" or "NOTIFY per statement" => HearAsync(stop.Token),
            _ => DrainAsync(name.EndsWith("read", StringComparison.Ordinal), stop.Token),
        };
        try
        {
            return await load();
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await installer.UninstallAsync();
        await ExecuteAsync($"drop function if exists {SourceMapping.Quote(mapping.Schema)}.bench_notify() cascade", CancellationToken.None);
    }

    private Task SwitchAsync(IReadOnlyList<string> on, CancellationToken cancellation) => ExecuteAsync(
        string.Join(' ', TriggerNames.Triggers.Append(RowTrigger).Append(StatementTrigger).Select(trigger =>
            $"alter table {mapping.QualifiedTable} {(on.Contains(trigger) ? "enable" : "disable")} trigger {trigger};")),
        cancellation);

    /// <summary>What the product's feed does to the source, without the store: told, drain, look again.</summary>
    private async Task DrainAsync(bool readJobs, CancellationToken cancellation)
    {
        var probed = (await SourceProbe.ProbeAsync(mapping, database, cancellation)).Source!;
        var reader = new SourceReader(probed, database, new Redaction([]));
        await using var listener = await consumer.ListenAsync(TimeProvider.System, cancellation);
        var pace = new LookPace(TimeSpan.FromMilliseconds(120), TimeSpan.FromSeconds(5));
        while (true)
        {
            var changes = await consumer.DrainAsync(5_000, cancellation);
            if (readJobs)
                await reader.ReadAsync(changes.Ids, cancellation);
            await changes.CommitAsync(cancellation);
            if (!changes.HasMore)
                await listener!.WaitAsync(pace.After(!changes.IsEmpty, TimeSpan.Zero), cancellation);
        }
    }

    private async Task HearAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using (var listen = new NpgsqlCommand("listen bench_notify", connection))
            await listen.ExecuteNonQueryAsync(cancellation);
        while (true)
            await connection.WaitAsync(cancellation);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
