using Npgsql;

namespace JobLineage.Tests.Feed.Trigger;

/// <summary>Counts the notifications of a feed.</summary>
internal sealed class Ear : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly string _channel;
    private int _heard;

    private Ear(NpgsqlConnection connection, string channel)
    {
        (_connection, _channel) = (connection, channel);
        connection.Notification += (_, e) => _heard += e.Payload == "" ? 1 : 0;
    }

    public static async Task<Ear> OpenAsync(TriggerFixture fixture)
    {
        var ear = new Ear(await fixture.Database.OpenAsync(), fixture.Sql.Names.Channel);
        await ear.RunAsync($"listen {ear._channel}");
        return ear;
    }

    /// <summary>How many there were. Whatever was committed before has arrived when our own has.</summary>
    public async Task<int> CountAsync()
    {
        await RunAsync($"notify {_channel}, 'end'");
        return _heard;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }
}
