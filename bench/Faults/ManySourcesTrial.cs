using System.Data.Common;
using System.Globalization;
using JobLineage.Bench.Checking;
using JobLineage.Core.Feed;
using JobLineage.Core.Postgres;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Dashboard.Demo.Oban;
using Npgsql;

namespace JobLineage.Bench.Faults;

/// <summary>
/// Many tables of one database, read by two replicas with one to a dozen connection strings each: written at random
/// while sessions are ended and one replica goes and comes. In the end all are equal, both replicas have their share, and
/// neither ever had more connections to the database than it may.
/// </summary>
internal sealed class ManySourcesTrial : IAsyncDisposable
{
    /// <summary>Times running that connections are counted, and there may not be too many at all of them: no closing takes that long.</summary>
    private const int Standing = 25;

    private static readonly FeedOptions Options = FaultTrial.Options with { WatchedInterval = TimeSpan.FromSeconds(1), IdleInterval = TimeSpan.FromSeconds(1) };

    private readonly ManySources size;
    private readonly FaultScale scale;
    private readonly Random random;
    private readonly TrialLog log = new();
    private readonly CancellationToken cancellation;
    private readonly NpgsqlConnectionStringBuilder source;
    private readonly NpgsqlConnectionStringBuilder store;
    private readonly NpgsqlDataSource queue;
    private readonly NpgsqlDataSource checking;
    private readonly IReadOnlyList<SourceMapping> mappings;
    private readonly List<Member> members = [];
    private readonly Dictionary<string, long> most = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Now, long Most)> over = new(StringComparer.Ordinal);
    private long statements;

    private ManySourcesTrial(ManySources size, FaultScale scale, int seed, string source, string store, CancellationToken cancellation)
    {
        (this.size, this.scale, random, this.cancellation) = (size, scale, new(seed), cancellation);
        this.source = new(source) { Timeout = 10 };
        this.store = new(store) { Timeout = 10 };
        queue = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(source) { MaxPoolSize = 4, ApplicationName = "trial", CommandTimeout = 120 });
        checking = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(store) { MaxPoolSize = 4, ApplicationName = "trial" });
        mappings = [.. Enumerable.Range(0, size.Sources).Select(i => Presets.Oban($"s{i:000}") with { Table = $"jobs_{i:000}" })];
    }

    public static async Task<TrialResult> RunAsync(ManySources size, FaultServers servers, FaultScale scale, int seed, CancellationToken cancellation)
    {
        var name = $"many_{Environment.ProcessId}_{seed}";
        await using var trial = new ManySourcesTrial(
            size, scale, seed, await servers.Source.CreateAsync(name + "_source"), await servers.Store.CreateAsync(name + "_store"), cancellation);
        try
        {
            return await trial.RunAsync(seed);
        }
        finally
        {
            await trial.DisposeAsync();
            await servers.Source.DropAsync(name + "_source");
            await servers.Store.DropAsync(name + "_store");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in members)
            await member.DisposeAsync();
        members.Clear();
        await queue.DisposeAsync();
        await checking.DisposeAsync();
    }

    private async Task<TrialResult> RunAsync(int seed)
    {
        IReadOnlyList<string> differences;
        var equal = TimeSpan.Zero;
        try
        {
            await ExecuteAsync(ObanSchema.Create);
            await ExecuteAsync($"do $$ begin for i in 0..{size.Sources - 1} loop execute format('create table %I (like oban_jobs including all)', 'jobs_' || lpad(i::text, 3, '0')); end loop; end $$");
            var strings = size.Strings ?? random.Next(3) switch { 0 => 1, 1 => 3, _ => 12 };
            log.Add($"{strings} connection strings");
            members.Add(await Member.StartAsync(this, "many1", strings));
            members.Add(await Member.StartAsync(this, "many2", strings));
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var counting = CountAsync(stop.Token);
            try
            {
                for (var round = 0; round < 2; round++)
                {
                    await WriteAsync();
                    await StrikeAsync(round);
                }

                await WriteAsync();
                log.Add($"load ended, {statements} statements");
                var from = log.Now;
                differences = await SettleAsync();
                equal = log.Now - from;
            }
            finally
            {
                await stop.CancelAsync();
                await counting;
            }

            log.Add(string.Create(CultureInfo.InvariantCulture, $"equal after {equal.TotalSeconds:0.0} s; connections at most: {string.Join(", ", most.Select(m => $"{m.Key} {m.Value}"))}"));
            differences = [.. differences, .. members.SelectMany(m => TooMany(m.Name, strings))];
        }
        catch (Exception e) when (e is DbException or TimeoutException or IOException)
        {
            log.Add(e.ToString());
            differences = [e.Message];
        }

        return new("", seed, differences, equal, null, statements, [.. log.Lines]);
    }

    /// <summary>What is wrong with the number of connections that a replica had; one that was not seen at all was not counted.</summary>
    private IEnumerable<string> TooMany(string member, int strings)
    {
        // Where strings take turns at connections, a session that was closed may be counted for a moment more.
        var allowed = size.Limit + (strings > (size.Limit - 1) / DatabaseBudget.Least ? 2 : 0);
        if (!most.TryGetValue(member, out var had))
            yield return $"the connections of {member} to the sources' database were never counted";
        else if (had > allowed)
            yield return $"{member} had {had} connections to the sources' database, and may have {size.Limit}";
        else if (over[member].Most >= Standing)
            yield return $"{member} had more than {size.Limit} connections to the sources' database {over[member].Most} times running";
    }

    private async Task WriteAsync()
    {
        var until = log.Now + TimeSpan.FromMilliseconds(scale.Load * 3);
        await using var connection = await queue.OpenConnectionAsync(cancellation);
        while (log.Now < until)
        {
            var table = $"jobs_{random.Next(size.Sources):000}";
            var sql = random.Next(5) switch
            {
                0 => $"update {table} set state = 'completed', completed_at = now() at time zone 'utc' where id in (select id from {table} where state <> 'completed' order by id limit 3)",
                // Of rows that were at rest nothing but a comparison says that they are gone, and none comes while a trial lasts.
                1 => $"delete from {table} where id in (select id from {table} where state <> 'completed' order by id limit 2)",
                2 => $"insert into {table} (worker, meta) select 'App.PageJob', jsonb_build_object('parent_job_id', max(id)) from {table} having max(id) is not null",
                _ => $"insert into {table} (worker, state) select 'App.SyncJob', 'executing' from generate_series(1, {random.Next(1, 6)})",
            };
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellation);
            statements++;
        }
    }

    private async Task StrikeAsync(int round)
    {
        var victim = members[random.Next(members.Count)];
        if (round == 1)
        {
            log.Add($"{victim.Name} ends, and another begins");
            members.Remove(victim);
            await victim.DisposeAsync();
            await WriteAsync();
            members.Add(await Member.StartAsync(this, victim.Name, victim.Strings));
            return;
        }

        log.Add($"sessions of {victim.Name} are ended");
        await using var end = queue.CreateCommand(
            $"select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and application_name = '{victim.Name}' and random() < 0.5");
        log.Add($"{await end.ExecuteScalarAsync(cancellation)} of them");
    }

    /// <summary>Connections to the sources' database, counted all the time.</summary>
    private async Task CountAsync(CancellationToken stop)
    {
        await using var connection = await queue.OpenConnectionAsync(CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            await using (var count = new NpgsqlCommand(
                "select application_name, count(*) from pg_stat_activity where datname = current_database() and application_name like 'many%' group by 1", connection))
            await using (var row = await count.ExecuteReaderAsync(CancellationToken.None))
            {
                while (await row.ReadAsync(CancellationToken.None))
                {
                    var (name, had) = (row.GetString(0), row.GetInt64(1));
                    most[name] = Math.Max(most.GetValueOrDefault(name), had);
                    var (now, longest) = over.GetValueOrDefault(name);
                    now = had > size.Limit ? now + 1 : 0;
                    over[name] = (now, Math.Max(longest, now));
                }
            }

            await Task.Delay(20, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<IReadOnlyList<string>> SettleAsync()
    {
        IReadOnlyList<string> differences = [];
        for (var until = log.Now + scale.Patience * 2; log.Now < until; await Task.Delay(250, cancellation))
        {
            differences = await DifferencesAsync();
            if (differences.Count == 0)
                return [];
        }

        return differences;
    }

    private async Task<IReadOnlyList<string>> DifferencesAsync()
    {
        await using (var shares = checking.CreateCommand(
            "select count(*) from job_lineage.lease l join job_lineage.member m on m.id = l.holder group by m.id order by 1"))
        await using (var row = await shares.ExecuteReaderAsync(cancellation))
        {
            var held = new List<long>();
            while (await row.ReadAsync(cancellation))
                held.Add(row.GetInt64(0));
            if (held is not [var one, var other] || one != size.Sources / 2 || other != size.Sources / 2)
                return [$"the replicas do not share the sources evenly: {string.Join(", ", held)}"];
        }

        foreach (var mapping in mappings)
        {
            var outcome = await SourceProbe.ProbeAsync(mapping, queue, cancellation);
            var found = await new StoreAudit(checking, outcome.Source ?? throw new InvalidOperationException(outcome.Problem!.Message), queue).FindAsync(cancellation: cancellation);
            if (found.Count > 0)
                return [.. found.Select(f => $"{mapping.Name}: {f}")];
        }

        return [];
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = queue.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>A replica that can read all of them.</summary>
    private sealed class Member : IAttention, IAsyncDisposable
    {
        private readonly DatabasePools pools;
        private readonly NpgsqlDataSource store;
        private readonly Leader leader;

        private Member(ManySourcesTrial trial, string name, int strings)
        {
            (Name, Strings) = (name, strings);
            // A setting that changes nothing makes them distinct.
            var texts = Enumerable.Range(0, strings)
                .Select(i => new NpgsqlConnectionStringBuilder(trial.source.ConnectionString) { ApplicationName = name, CommandTimeout = 60 + i }.ConnectionString)
                .ToList();
            pools = DatabasePools.Create(texts.Select(t => (t, trial.size.Limit)), name, TimeProvider.System);
            store = StoreDatabase.Create(new NpgsqlConnectionStringBuilder(trial.store.ConnectionString) { ApplicationName = name }.ConnectionString);
            var watched = trial.mappings.Select((m, i) =>
            {
                var pool = pools[texts[i % strings], name];
                return new WatchedSource(m, pool.Connections, new Redaction()) { Pool = pool };
            });
            leader = new(store, [.. watched], this, Options, TimeProvider.System, trial.log);
        }

        public string Name { get; }

        public int Strings { get; }

        public static async Task<Member> StartAsync(ManySourcesTrial trial, string name, int strings)
        {
            var member = new Member(trial, name, strings);
            await member.leader.StartAsync(default);
            return member;
        }

        public bool IsWatched(string source) => false;

        public async ValueTask DisposeAsync()
        {
            await leader.StopAsync(default);
            leader.Dispose();
            await pools.DisposeAsync();
            await store.DisposeAsync();
        }
    }
}

/// <summary>How many of everything.</summary>
/// <param name="Sources">Tables; an even number.</param>
/// <param name="Limit">Connections of a replica to their database at most.</param>
/// <param name="Strings">Connection strings of a replica; null: 1, 3 or 12, by chance.</param>
internal sealed record ManySources(int Sources, int Limit, int? Strings);
