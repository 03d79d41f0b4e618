using JobLineage.Core.Postgres;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Postgres;

/// <summary>One connection that listens for all.</summary>
public sealed class DatabaseEarTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private TestDatabase database = null!;
    private NpgsqlDataSource connections = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        connections = NpgsqlDataSource.Create(PostgresConnections.Named(database.ConnectionString, "ear"));
    }

    public async Task DisposeAsync()
    {
        await connections.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task Many_channels_are_heard_on_one_connection_each_by_those_who_listen_to_it()
    {
        await using var ear = new DatabaseEar(TimeProvider.System);
        var listeners = new List<EarListener>();
        for (var i = 0; i < 40; i++)
            listeners.Add(await ear.ListenAsync(connections, $"channel_{i}", default));
        await using var twin = await ear.ListenAsync(connections, "channel_7", default);
        Assert.Equal(1, await SessionsAsync());

        await database.ExecuteAsync("notify channel_7; notify channel_9; notify channel_elsewhere");
        Assert.True(await listeners[7].WaitAsync(Long, default));
        Assert.True(await twin.WaitAsync(Long, default));
        Assert.True(await listeners[9].WaitAsync(Long, default));
        Assert.False(await listeners[8].WaitAsync(TimeSpan.FromMilliseconds(1), default));

        // Who leaves takes nothing from the other one who listens to the same.
        await listeners[7].DisposeAsync();
        await database.ExecuteAsync("notify channel_7");
        Assert.True(await twin.WaitAsync(Long, default));
        foreach (var listener in listeners)
            await listener.DisposeAsync();
        await database.ExecuteAsync("notify channel_7");
        Assert.True(await twin.WaitAsync(Long, default));
    }

    [Fact]
    public async Task When_the_connection_is_lost_all_hear_of_it_and_may_listen_again()
    {
        await using var ear = new DatabaseEar(TimeProvider.System);
        await using var one = await ear.ListenAsync(connections, "one", default);
        await using var two = await ear.ListenAsync(connections, "two", default);
        await database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'joblineage ear' and datname = current_database()");
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => one.WaitAsync(Long, default));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => two.WaitAsync(Long, default));
        await using var again = await ear.ListenAsync(connections, "one", default);
        await database.ExecuteAsync("notify one");
        Assert.True(await again.WaitAsync(Long, default));
    }

    [Fact]
    public async Task A_database_that_is_away_fails_whoever_asks_and_is_heard_once_it_is_there()
    {
        await using var ear = new DatabaseEar(TimeProvider.System);
        await using (var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=2;Username=x;Database=x"))
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => ear.ListenAsync(nowhere, "one", default));
        await using var listener = await ear.ListenAsync(connections, "one", default);
        await database.ExecuteAsync("notify one");
        Assert.True(await listener.WaitAsync(Long, default));
    }

    [Fact]
    public async Task After_the_last_one_has_left_nothing_listens()
    {
        await using var ear = new DatabaseEar(TimeProvider.System);
        await (await ear.ListenAsync(connections, "one", default)).DisposeAsync();
        var listener = await ear.ListenAsync(connections, "two", default);
        await listener.DisposeAsync();
        await using var same = await connections.OpenConnectionAsync();
        await using var listening = new NpgsqlCommand("select count(*) from pg_listening_channels()", same);
        Assert.Equal(0L, await listening.ExecuteScalarAsync());
    }

    private Task<long> SessionsAsync() => database.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where application_name = 'joblineage ear' and datname = current_database()");
}
