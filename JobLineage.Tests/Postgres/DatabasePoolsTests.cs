using JobLineage.Core.Postgres;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Postgres;

/// <summary>How many connections a database sees, however many use it.</summary>
public sealed class DatabasePoolsTests : IAsyncLifetime
{
    private const int Turns = 4;

    private TestDatabase database = null!;

    public async Task InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Equal_connection_strings_share_a_pool()
    {
        await using var pools = DatabasePools.Create(Enumerable.Repeat(("Host=a;Database=x", 10), 200).Append(("host=A;database=x;port=5432;Username=u", 10)), "test", TimeProvider.System);
        Assert.Equal(2, pools.Count);
        var pool = pools["Host=a;Database=x", "test"];
        Assert.Same(pool, pools["Database=x;Server=a", "test"]);
        Assert.Equal("joblineage test", new NpgsqlConnectionStringBuilder(pool.Connections.ConnectionString).ApplicationName);
    }

    [Fact]
    public async Task The_lowest_limit_of_a_database_holds_for_all_who_use_it()
    {
        await using var pools = DatabasePools.Create([("Host=a;Database=x", 20), ("Host=a;Database=x", 6), ("Host=b;Database=x", 20)], "test", TimeProvider.System);
        // One listens.
        Assert.Equal(5, pools["Host=a;Database=x", "test"].Limit);
        Assert.Equal(19, pools["Host=b;Database=x", "test"].Limit);
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(3, 10)]
    [InlineData(30, 10)]
    [InlineData(1, 3)]
    public async Task Whoever_is_busy_the_limit_is_kept_and_everybody_gets_his_turns(int strings, int limit)
    {
        // A setting that changes nothing makes them distinct.
        var texts = Enumerable.Range(0, strings).Select(i => $"{database.ConnectionString};Command Timeout={100 + i}").ToList();
        await using var pools = DatabasePools.Create(texts.Select(t => (t, limit)), "budget", TimeProvider.System);
        await using var ears = await pools[texts[0], "budget"].Ear.ListenAsync(pools[texts[0], "budget"].Connections, "x", default);
        var turns = new int[32];
        var most = 0L;
        await using var watch = new NpgsqlConnection(database.ConnectionString + ";Pooling=false;Application Name=watch");
        await watch.OpenAsync();
        using var stop = new CancellationTokenSource();
        var users = Enumerable.Range(0, turns.Length).Select(i => Task.Run(async () =>
        {
            var pool = pools[texts[i % strings], "budget"];
            while (turns[i] < Turns)
            {
                using var turn = i % 4 == 0 ? await pool.LongAsync(stop.Token) : await pool.ShortAsync(stop.Token);
                await using var command = pool.Connections.CreateCommand("select pg_sleep(0.002)");
                await command.ExecuteNonQueryAsync(stop.Token);
                Interlocked.Increment(ref turns[i]);
            }
        })).ToList();
        var all = Task.WhenAll(users);
        while (!all.IsCompleted)
        {
            await using var count = new NpgsqlCommand("select count(*) from pg_stat_activity where datname = current_database() and application_name = 'joblineage budget'", watch);
            most = Math.Max(most, (long)(await count.ExecuteScalarAsync())!);
            await Task.Delay(5);
        }

        await all;
        Assert.All(turns, t => Assert.Equal(Turns, t));
        // A session that was closed may be seen for a moment more where none are kept.
        Assert.InRange(most, 1, limit + (strings > limit ? 2 : 0));
    }
}
