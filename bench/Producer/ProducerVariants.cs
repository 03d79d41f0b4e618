using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Bench.Producer;

/// <summary>The ways of being told of changes: what each puts on the table, and who reads meanwhile.</summary>
internal sealed class ProducerVariants(NpgsqlDataSource database, SourceMapping mapping, BenchDashboard? dashboard) : IAsyncDisposable
{
    private static readonly IReadOnlyList<string> Switches =
        [.. TriggerNames.Triggers, ProducerVariant.NotifyRow, ProducerVariant.NotifyStatement, ProducerVariant.LogRow];

    private readonly TriggerInstaller installer = new(mapping, database);
    private readonly TriggerConsumer consumer = new(database, TriggerNames.Of(mapping));
    private readonly TriggerConsumer wide = new(database, TriggerNames.Of(mapping), isWide: true);

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
            create or replace function {{SourceMapping.Quote(mapping.Schema)}}.bench_log() returns trigger
                language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
            declare
                gate bigint := coalesce(pg_sequence_last_value('{{consumer.Names.Gate}}'::regclass), 0);
                ms   bigint;
            begin
                insert into {{consumer.Names.Change}} (id) values (new.id::text);
                ms := (date_part('epoch', clock_timestamp()) * 1000)::bigint;
                if ms - gate >= 100 then
                    perform setval('{{consumer.Names.Gate}}'::regclass, ms);
                    perform pg_notify('{{consumer.Names.Channel}}', '');
                end if;
                return null;
            end $$;
            create or replace trigger {{ProducerVariant.NotifyRow}} after insert or update on {{mapping.QualifiedTable}}
                for each row execute function {{SourceMapping.Quote(mapping.Schema)}}.bench_notify();
            create or replace trigger {{ProducerVariant.NotifyStatement}} after insert or update on {{mapping.QualifiedTable}}
                for each statement execute function {{SourceMapping.Quote(mapping.Schema)}}.bench_notify();
            create or replace trigger {{ProducerVariant.LogRow}} after insert or update on {{mapping.QualifiedTable}}
                for each row execute function {{SourceMapping.Quote(mapping.Schema)}}.bench_log();
            """, cancellation);
        await SwitchAsync([], cancellation);
    }

    /// <summary>Runs a load while a variant is switched on, once its reader is at work.</summary>
    public async Task<T> RunAsync<T>(ProducerVariant variant, Func<Task<T>> load, CancellationToken cancellation)
    {
        await SwitchAsync(variant.Triggers, cancellation);
        if (variant.Before is not null)
            await ExecuteAsync(variant.Before, cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ready = new TaskCompletionSource();
        var reading = variant.Reading switch
        {
            Reading.None => Task.CompletedTask,
            Reading.Hear => HearAsync(ready.SetResult, stop.Token),
            Reading.Watch => dashboard!.FollowAsync(installer, consumer, () => ready.TrySetResult(), stop.Token),
            _ => DrainAsync(variant.HasImages ? wide : consumer, variant.Reading == Reading.Follow, ready.SetResult, stop.Token),
        };
        try
        {
            // One that has ended already has failed, and says so.
            if (variant.Reading != Reading.None && await Task.WhenAny(ready.Task, reading) == reading)
                await reading;
            return await load();
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (variant.After is not null)
                await ExecuteAsync(variant.After, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await installer.UninstallAsync();
        await ExecuteAsync($"drop function if exists {SourceMapping.Quote(mapping.Schema)}.bench_notify() cascade; drop function if exists {SourceMapping.Quote(mapping.Schema)}.bench_log() cascade", CancellationToken.None);
    }

    private Task SwitchAsync(IReadOnlyList<string> on, CancellationToken cancellation) => ExecuteAsync(
        string.Join(' ', Switches.Select(trigger =>
            $"alter table {mapping.QualifiedTable} {(on.Contains(trigger) ? "enable" : "disable")} trigger {trigger};")),
        cancellation);

    /// <summary>What the product's feed does to the source, without the store: told, drain, look again.</summary>
    private async Task DrainAsync(TriggerConsumer log, bool readJobs, Action ready, CancellationToken cancellation)
    {
        var probed = (await SourceProbe.ProbeAsync(mapping, database, cancellation)).Source!;
        var reader = new SourceReader(probed, database, new Redaction([]));
        await using var listener = await log.ListenAsync(TimeProvider.System, cancellation);
        ready();
        var pace = new LookPace(TimeSpan.FromMilliseconds(120), TimeSpan.FromSeconds(5));
        while (true)
        {
            var changes = await log.DrainAsync(5_000, cancellation);
            if (readJobs)
                await reader.ReadAsync(changes.Ids, cancellation);
            await changes.CommitAsync(cancellation);
            if (!changes.HasMore)
                await listener!.WaitAsync(pace.After(!changes.IsEmpty, TimeSpan.Zero), cancellation);
        }
    }

    private async Task HearAsync(Action ready, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using (var listen = new NpgsqlCommand("listen bench_notify", connection))
            await listen.ExecuteNonQueryAsync(cancellation);
        ready();
        while (true)
            await connection.WaitAsync(cancellation);
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
