using Npgsql;

namespace JobLineage.Core.Alerts;

/// <summary>Sends a message that is clearly a test, so that somebody can see whether the channel works.</summary>
public interface ITestMessages
{
    /// <summary>Sends one. Null: one was sent within <see cref="TestMessages.Pause"/>, by whomever, and none is sent now.</summary>
    Task<SendOutcome?> SendAsync(CancellationToken cancellation);
}

/// <summary>By the channel that digests take. Nothing of it is kept but when the last one was sent.</summary>
/// <param name="store">Connections to the store.</param>
/// <param name="channel">The way out.</param>
/// <param name="timeout">How long the channel may take.</param>
/// <param name="baseUrl">Where the dashboard is.</param>
/// <param name="time">The clock.</param>
public sealed class TestMessages(NpgsqlDataSource store, IDigestChannel channel, TimeSpan timeout, string baseUrl, TimeProvider time) : ITestMessages
{
    /// <summary>Between two test messages, of all replicas together.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public async Task<SendOutcome?> SendAsync(CancellationToken cancellation)
    {
        if (!await MaySendAsync(cancellation))
            return null;
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await channel.SendAsync(Message(), either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new(SendResult.Unknown, $"{channel.Name} did not answer within {timeout.TotalSeconds:0} s.");
        }
    }

    private DigestMessage Message()
    {
        var now = time.GetUtcNow();
        return DigestRenderer.Render(new()
        {
            Key = Guid.NewGuid(),
            MadeAt = now,
            BaseUrl = baseUrl,
            Failures = 0,
            RunCount = 0,
            Singles = 0,
            FirstAt = now,
            LastAt = now,
            Runs = [],
            IsTest = true,
        });
    }

    private async Task<bool> MaySendAsync(CancellationToken cancellation)
    {
        await using var command = store.CreateCommand(
            """
            insert into job_lineage.digest_line as l (tested_at) values (clock_timestamp())
            on conflict (only_one) do update set tested_at = clock_timestamp()
                where l.tested_at is null or l.tested_at < clock_timestamp() - $1
            """).With(Pause);
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }
}
