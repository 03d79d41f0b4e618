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

    [Fact]
    public async Task Where_there_are_more_connection_strings_than_connections_one_that_is_used_again_is_open_and_one_that_makes_way_is_closed()
    {
        var texts = Enumerable.Range(0, 4).Select(i => $"{database.ConnectionString};Command Timeout={100 + i}").ToList();
        await using var pools = DatabasePools.Create(texts.Select(t => (t, 3)), "turns", TimeProvider.System);
        var first = await SessionAsync(pools[texts[0], "turns"]);
        Assert.Equal(first, await SessionAsync(pools[texts[0], "turns"]));
        foreach (var text in texts)
            await SessionAsync(pools[text, "turns"]);
        // The session is closed at once; that it is gone is seen a moment later.
        await Feed.Soon.IsTrueAsync(async () => await database.ScalarAsync<long>("select count(*) from pg_stat_activity where application_name = 'joblineage turns'") <= 1);
        Assert.NotEqual(first, await SessionAsync(pools[texts[0], "turns"]));

        static async Task<int> SessionAsync(DatabasePool pool)
        {
            using var turn = await pool.ShortAsync(default);
            await using var command = pool.Connections.CreateCommand("select pg_backend_pid()");
            return (int)(await command.ExecuteScalarAsync())!;
        }
    }

    [Fact]
    public async Task A_turn_that_is_passed_on_lets_those_who_wait_go_first_and_is_there_again_afterwards()
    {
        await using var pools = DatabasePools.Create([(database.ConnectionString, 3)], "pass", TimeProvider.System);
        var pool = pools[database.ConnectionString, "pass"];
        using var turn = await pool.ShortAsync(default);
        Assert.False(turn.IsAwaited);
        var waiting = pool.ShortAsync(default);
        Assert.True(turn.IsAwaited);
        var passing = turn.PassAsync(default);
        var other = await waiting;
        Assert.False(passing.IsCompleted);
        other.Dispose();
        await passing;
        Assert.False(pool.ShortAsync(default).IsCompleted);
    }

    [Fact]
    public async Task Whoever_holds_all_turns_a_sign_of_life_is_asked_for_and_its_failure_is_seen()
    {
        await using var pools = DatabasePools.Create([(database.ConnectionString, 3)], "alive", TimeProvider.System);
        var pool = pools[database.ConnectionString, "alive"];
        using var @short = await pool.ShortAsync(default);
        using var @long = await pool.LongAsync(default);
        await using var one = await pool.Connections.OpenConnectionAsync();
        await using var two = await pool.Connections.OpenConnectionAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => pool.AnswersAsync(default)));
        Assert.Equal(3, await database.ScalarAsync<long>("select count(*) from pg_stat_activity where application_name = 'joblineage alive'"));
        await database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'joblineage alive'");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => pool.AnswersAsync(default));
        // And once it answers again.
        await Feed.Soon.IsTrueAsync(async () =>
        {
            await pool.AnswersAsync(default);
            return true;
        });
    }

    [Theory]
    [InlineData("", 30)]
    [InlineData(";Maximum Pool Size=100", 100)]
    [InlineData(";Maximum Pool Size=7", 7)]
    public void The_store_has_as_many_connections_as_its_connection_string_says(string says, int most)
    {
        using var store = Core.Store.StoreDatabase.Create("Host=a;Database=x" + says);
        Assert.Equal(most, new NpgsqlConnectionStringBuilder(store.ConnectionString).MaxPoolSize);
    }

    [Theory]
    [InlineData("", 30, 500)]
    [InlineData(";Connection Idle Lifetime=300", 300, 500)]
    [InlineData(";Maximum Pool Size=100", 30, 100)]
    public async Task What_a_connection_string_says_itself_holds_and_what_it_does_not_say_limits_nothing(string says, int lifetime, int limit)
    {
        var text = "Host=a;Database=x" + says;
        await using var pools = DatabasePools.Create([(text, 500)], "test", TimeProvider.System);
        Assert.Equal(limit - 1, pools[text, "test"].Limit);
        Assert.Equal(lifetime, new NpgsqlConnectionStringBuilder(pools[text, "test"].Connections.ConnectionString).ConnectionIdleLifetime);
    }

    [Fact]
    public void A_verb_has_two_connections_unless_its_connection_string_says_how_many()
    {
        using var two = PostgresConnections.ForVerb("Host=a", "doctor");
        using var five = PostgresConnections.ForVerb("Host=a;Maximum Pool Size=5", "doctor");
        Assert.Equal((2, 5), (new NpgsqlConnectionStringBuilder(two.ConnectionString).MaxPoolSize, new NpgsqlConnectionStringBuilder(five.ConnectionString).MaxPoolSize));
    }
}
