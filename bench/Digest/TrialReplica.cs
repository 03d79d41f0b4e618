using System.Globalization;
using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;
using JobLineage.Core.Store;
using JobLineage.Dashboard.Hosting;
using Npgsql;

namespace JobLineage.Bench.Digest;

/// <summary>What a replica does about digests, in the product's own parts, and how it ends at each of their steps.</summary>
internal sealed class TrialReplica : IAsyncDisposable
{
    private static readonly MailboxAddress From = new("lineage@example.com", "Job Lineage");
    private static readonly TimeSpan WaitsAtMost = TimeSpan.FromSeconds(2);

    private readonly TrialWorld world;
    private readonly string name;
    private readonly TimeProvider clock;
    private readonly Random random;
    private readonly NpgsqlDataSource store;
    private readonly NpgsqlDataSource impatient;
    private readonly HttpClient client;
    private readonly TrialLink link = new(DigestServices.Handler());
    private readonly SendGridChannel channel;
    private readonly DigestMaker maker;

    public TrialReplica(TrialWorld world, string name, TimeProvider clock, int seed)
    {
        (this.world, this.name, this.clock, random) = (world, name, clock, new(seed));
        store = StoreDatabase.Create(new NpgsqlConnectionStringBuilder(world.Database.ConnectionString) { ApplicationName = name }.ConnectionString);
        impatient = StoreDatabase.Create(new NpgsqlConnectionStringBuilder(world.Database.ConnectionString)
        {
            ApplicationName = "impatient",
            Options = string.Create(CultureInfo.InvariantCulture, $"-c lock_timeout={WaitsAtMost.TotalMilliseconds:0}"),
        }.ConnectionString);
        client = new(link) { Timeout = Timeout.InfiniteTimeSpan };
        channel = new(client, new(new(TrialProvider.Key), new(world.Endpoint), From, [new("ops@example.com", null)]), clock);
        maker = new(store, DigestTrial.BaseUrl, null);
    }

    /// <summary>Does one thing after the other, and each may be the last that the program did.</summary>
    public async Task RunAsync()
    {
        for (var round = 0; round < world.Plan.Rounds; round++)
        {
            await Task.Delay(random.Next(50));
            try
            {
                await (random.Next(14) switch
                {
                    < 4 => MakeAsync(),
                    < 8 => PassAsync(),
                    8 => SleepAsync(),
                    9 or 10 => OverlapAsync(),
                    11 => RaceAsync(),
                    _ => ClaimSlowlyAsync(),
                });
            }
            catch (Exception e) when (DigestTrial.IsFault(e))
            {
                world.Log.Add($"{name}: {e.GetType().Name} {e.Message.Split('\n')[0]}");
            }
        }
    }

    /// <summary>Makes and sends what is due, and nothing goes wrong.</summary>
    public async Task WorkAsync()
    {
        await Sender(default).PassAsync(default);
        await maker.MakeAsync(null, keep: true, default);
        await Sender(default).PassAsync(default);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await store.DisposeAsync();
        await impatient.DisposeAsync();
    }

    private async Task MakeAsync()
    {
        using var end = new CancellationTokenSource();
        var ends = random.Next(6);
        if (ends == 0)
        {
            world.Count("killed while it made a digest");
            end.CancelAfter(random.Next(1, 25));
        }

        var making = maker.MakeAsync(random.Next(3) == 0 ? clock.GetUtcNow() : null, keep: true, end.Token);
        if (ends == 1)
        {
            await Task.Delay(random.Next(10));
            Disconnect("connections ended while it made a digest");
        }

        await making;
    }

    private async Task PassAsync()
    {
        var step = (DeliveryStep)random.Next(4);
        using var end = new CancellationTokenSource();
        Action<DeliveryStep> before = random.Next(7) switch
        {
            0 or 1 => At(step, () =>
            {
                world.Count($"killed before: {step}");
                throw new KilledException();
            }),
            2 => At(step, () =>
            {
                world.Count($"killed soon after: {step}");
                end.CancelAfter(random.Next(1, 60));
            }),
            3 => At(step, () => Disconnect($"connections ended before: {step}")),
            _ => Nothing,
        };
        await Sender(end.Token, before).PassAsync(end.Token);

        static void Nothing(DeliveryStep step)
        {
        }

        static Action<DeliveryStep> At(DeliveryStep step, Action act) => now =>
        {
            if (now == step)
                act();
        };
    }

    /// <summary>Sends, is away while its lease ends and others go on, and then writes down what it knows.</summary>
    private async Task SleepAsync()
    {
        if (await Outbox.ClaimAsync(name, world.Delivery.Lease, default) is not { } claim || await PostAsync(claim) is not { } outcome)
            return;
        world.Count("away past its lease");
        await Task.Delay(random.Next(20, 250));
        await RecordAsync(claim, outcome);
    }

    /// <summary>Sends while its lease ends, and wakes to write down what it knows while another is about the same digest.</summary>
    private async Task OverlapAsync()
    {
        await ExpireAsync("next_at is not null");
        if (await Outbox.ClaimAsync(name, world.Delivery.Lease, default) is not { } claim || await PostAsync(claim) is not { } outcome)
            return;
        await ExpireAsync($"id = {claim.Id} and next_at is not null");
        world.Count("woke while another sent the same");
        var other = await Outbox.ClaimAsync(name, world.Delivery.Lease, default);
        var its = other is null ? null : await PostAsync(other);
        await RecordAsync(claim, outcome);
        if (other is not null && its is not null)
            await RecordAsync(other, its);
    }

    /// <summary>Ends leases and pauses: what is named is the first that is due.</summary>
    internal async Task ExpireAsync(string which)
    {
        world.TimePassed();
        await using (var expire = world.Own.CreateCommand($"update job_lineage.digest set next_at = now() - interval '1 hour' where {which}"))
            await expire.ExecuteNonQueryAsync();
        world.TimePassed();
    }

    /// <summary>Claims at the same moment as others: nobody gets what somebody else has.</summary>
    private async Task RaceAsync()
    {
        var times = world.Times;
        var claims = (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Outbox.ClaimAsync(name, world.Delivery.Lease, default))))).OfType<Claim>().ToList();
        if (world.Times == times && times % 2 == 0 && claims.CountBy(c => c.Id).Any(c => c.Value > 1))
            world.Wrong.Enqueue("two senders hold one digest at the same time");
        foreach (var claim in claims)
            await GoOnAsync(claim);
    }

    /// <summary>A claim whose commit takes its time: whoever claims meanwhile gets another digest, or none, and at once.</summary>
    /// <returns>Whether there was anything to claim.</returns>
    internal async Task<bool> ClaimSlowlyAsync()
    {
        await using var connection = await world.Own.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var slow = new NpgsqlCommand(Outbox.Claiming, connection);
        slow.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "slow" });
        slow.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = world.Delivery.Lease });
        if (await slow.ExecuteScalarAsync() is not long held)
            return false;
        world.Count("a claim whose commit took its time");
        try
        {
            var other = await new Outbox(impatient) { Claiming = Outbox.Claiming }.ClaimAsync(name, world.Delivery.Lease, default);
            if (other?.Id == held)
                world.Wrong.Enqueue("a digest was claimed while somebody claimed it");
            // The slow one dies, before its claim counts or after.
            if (random.Next(2) == 0)
                await transaction.CommitAsync();
            else
                await transaction.RollbackAsync();
            if (other is not null)
                await GoOnAsync(other);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            world.Wrong.Enqueue("a claim waited for another sender's");
        }

        return true;
    }

    /// <summary>Claims what is due; null when nothing is.</summary>
    internal Task<Claim?> ClaimAsync() => Outbox.ClaimAsync(name, world.Delivery.Lease, default);

    /// <summary>Makes the digest that is due.</summary>
    internal Task MakeNowAsync() => maker.MakeAsync(null, keep: true, default);

    private async Task GoOnAsync(Claim claim)
    {
        if (random.Next(2) == 0)
            world.Count("killed after a claim");
        else if (await PostAsync(claim) is { } outcome)
            await RecordAsync(claim, outcome);
    }

    /// <summary>Sends what is claimed, as a <see cref="DigestSender"/> does; null when it may not.</summary>
    internal async Task<SendOutcome?> PostAsync(Claim claim)
    {
        var begun = world.Next();
        if (!DeliveryRules.MaySend(claim.Ambiguous, world.Delivery) || !await Outbox.BeginAsync(claim, world.Delivery.Lease, default))
            return null;
        using var timeout = new CancellationTokenSource(world.Delivery.Timeout);
        try
        {
            link.Begun = begun;
            return await channel.SendAsync(claim.Message, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return new(SendResult.Unknown, "no answer");
        }
    }

    /// <summary>Writes down what follows from an outcome. False: it may not.</summary>
    internal async Task<bool> RecordAsync(Claim claim, SendOutcome outcome)
    {
        var verdict = DeliveryRules.After(outcome, claim.Ambiguous, claim.Attempts + 1, world.Delivery);
        var recorded = await Outbox.RecordAsync(claim, verdict, outcome, default);
        if (recorded && verdict.State == DeliveryState.Accepted)
            world.Accepted(claim.Id);
        return recorded;
    }

    private Outbox Outbox => new(store) { Claiming = world.Plan.Mutation?.Claim ?? Outbox.ClaimSql };

    private DigestSender Sender(CancellationToken end, Action<DeliveryStep>? before = null) => new(Outbox, channel, world.Delivery, clock, new TrialEar(world))
    {
        Before = step =>
        {
            // Nothing that begins after this can have been begun before.
            if (step == DeliveryStep.Send)
                link.Begun = world.Next();
            before?.Invoke(step);
            end.ThrowIfCancellationRequested();
        },
    };

    private void Disconnect(string fault)
    {
        world.Count(fault);
        try
        {
            using var command = world.Own.CreateCommand($"select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = '{name}'");
            command.ExecuteNonQuery();
        }
        catch (NpgsqlException)
        {
            // The server is being restarted: they are ended.
        }
    }
}
