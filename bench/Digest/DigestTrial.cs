using JobLineage.Bench.Faults;
using JobLineage.Core.Alerts;
using Npgsql;

namespace JobLineage.Bench.Digest;

/// <summary>What a trial is about.</summary>
/// <param name="Seed">What all choices are made of.</param>
/// <param name="AtMostOnce">Whether copies are to be avoided at all cost.</param>
/// <param name="Rounds">How many things each replica does while all goes wrong.</param>
/// <param name="Mutation">What is taken out; null: nothing.</param>
public sealed record DigestTrialPlan(int Seed, bool AtMostOnce = false, int Rounds = 24, DigestMutation? Mutation = null)
{
    /// <summary>The server is restarted in one trial of so many.</summary>
    internal bool RestartsServer => Seed % 10 == 7;
}

/// <summary>What came of a trial.</summary>
/// <param name="Plan">What it was about.</param>
/// <param name="Wrong">What was not as promised; empty when all was.</param>
/// <param name="Failures">Final failures.</param>
/// <param name="Digests">Digests that were made.</param>
/// <param name="Copies">Messages that the provider took over.</param>
/// <param name="Second">Of these, second copies of a digest, all of them marked.</param>
/// <param name="Unknown">Failures of which only a digest of unknown fate tells.</param>
/// <param name="Faults">How often each thing went wrong.</param>
/// <param name="Story">What happened.</param>
public sealed record DigestTrialResult(
    DigestTrialPlan Plan, IReadOnlyList<string> Wrong, long Failures, long Digests, long Copies, long Second, long Unknown,
    IReadOnlyDictionary<string, int> Faults, string Story);

/// <summary>
/// One trial: a queue is written and read without pause, two replicas make and send, and at each step something goes wrong:
/// programs and connections end, leases end while somebody sends, clocks jump, the provider and the server fail. Then all is
/// well again, and what arrived is compared with what failed.
/// </summary>
public sealed class DigestTrial
{
    /// <summary>Where links lead.</summary>
    public const string BaseUrl = "https://lineage.example.com";

    private static readonly TimeSpan Provider = TimeSpan.FromMilliseconds(120);

    private readonly MovableClock clock = new();
    private readonly TrialLog log = new();
    private readonly DigestServer server;
    private readonly HttpLookAlike http;
    private readonly NpgsqlConnectionStringBuilder database;
    private readonly NpgsqlDataSource own;

    private DigestTrial(DigestServer server, HttpLookAlike http, DigestTrialPlan plan, NpgsqlConnectionStringBuilder database)
    {
        (this.server, this.http, Plan, this.database) = (server, http, plan, database);
        own = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false, ApplicationName = "trial" });
        World = new(Plan, database, http.Url, own, new(Provider, clock), log, new()
        {
            AtMostOnce = plan.AtMostOnce,
            Timeout = Provider,
            FirstPause = TimeSpan.FromMilliseconds(75),
            LongestPause = TimeSpan.FromSeconds(1),
        });
    }

    internal DigestTrialPlan Plan { get; }

    private TrialWorld World { get; }

    /// <summary>Runs a trial.</summary>
    /// <param name="server">Where its database is made.</param>
    /// <param name="http">What answers for the provider; no two trials at a time.</param>
    /// <param name="plan">What it is about.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<DigestTrialResult> RunAsync(DigestServer server, HttpLookAlike http, DigestTrialPlan plan, CancellationToken cancellation)
    {
        var name = $"digest_{Environment.ProcessId}_{plan.Seed}";
        var trial = new DigestTrial(server, http, plan, await server.CloneAsync(name, cancellation));
        try
        {
            return await trial.RunAsync(cancellation);
        }
        finally
        {
            await trial.own.DisposeAsync();
            await server.Server.StartAgainAsync(default);
            await server.Server.DropAsync(name);
        }
    }

    /// <summary>Whether this is what a fault of a database, or a program that ended, looks like from within.</summary>
    internal static bool IsFault(Exception e) => e is NpgsqlException or IOException or TimeoutException or KilledException or OperationCanceledException or ObjectDisposedException;

    private async Task<DigestTrialResult> RunAsync(CancellationToken cancellation)
    {
        // Seeds that follow each other begin with much the same numbers: they are thrown apart.
        var random = new Random(unchecked((int)(Plan.Seed * 2_654_435_761L)));
        http.Answer = World.Provider.AnswerAsync;
        World.Provider.Random = new(random.Next());
        if (Plan.Mutation is { } mutation)
            await mutation.ApplyAsync(own);
        await using var reading = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "feed" });
        await using var feed = await TrialFeed.OpenAsync(reading, cancellation);
        await feed.StartAsync(cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var writing = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "queue" });
        var queue = new TrialQueue(writing, feed, stop.Token);
        var others = new[] { queue.RunAsync(new(random.Next())), queue.RunAsync(new(random.Next())), FeedAsync(feed, stop.Token), TimeAsync(new(random.Next()), stop.Token) };
        await using (var first = new TrialReplica(World, "first", clock, random.Next()))
        await using (var second = new TrialReplica(World, "second", clock, random.Next()))
        {
            var restart = Plan.RestartsServer ? RestartAsync(new(random.Next())) : Task.CompletedTask;
            await Task.WhenAll(first.RunAsync(), second.RunAsync(), restart);
        }

        await stop.CancelAsync();
        await Task.WhenAll(others);
        cancellation.ThrowIfCancellationRequested();
        await SettleAsync(feed, cancellation);
        log.Add("staged faults");
        await new StagedFaults(World, queue, clock).RunAsync(cancellation);
        await SettleAsync(feed, cancellation);
        return await new DigestCheck(World, own, queue).ResultAsync([.. log.Lines], cancellation);
    }

    private static async Task FeedAsync(TrialFeed feed, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await feed.LookAsync(stop);
                await Task.Delay(15, stop);
            }
            catch (Exception e) when (IsFault(e))
            {
                await RecoverAsync(feed, stop);
            }
        }
    }

    private static async Task RecoverAsync(TrialFeed feed, CancellationToken stop)
    {
        try
        {
            await Task.Delay(20, stop);
            await feed.StartAsync(stop);
        }
        catch (Exception e) when (IsFault(e))
        {
            // Not yet.
        }
    }

    /// <summary>Leases and pauses end at moments of their own, and clocks jump.</summary>
    private async Task TimeAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(random.Next(40, 200), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (random.Next(4) == 0)
            {
                clock.Offset = random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromMinutes(random.Next(-3_000_000, 3_000_000));
                World.Count("clock moved");
            }

            await PassTimeAsync();
        }
    }

    private async Task PassTimeAsync()
    {
        World.TimePassed();
        try
        {
            await using var command = own.CreateCommand("update job_lineage.digest set next_at = now() - interval '1 s' where next_at is not null");
            await command.ExecuteNonQueryAsync();
            World.Count("leases and pauses over");
        }
        catch (Exception e) when (IsFault(e))
        {
            // The server is being restarted.
        }

        World.TimePassed();
    }

    private async Task RestartAsync(Random random)
    {
        await Task.Delay(random.Next(100, 600));
        var end = random.Next(2) == 0 ? ServerEnd.Fast : ServerEnd.Immediate;
        log.Add($"server stops: {end}");
        World.Count("server restarted");
        await server.Server.StopAsync(end);
        await server.Server.StartAgainAsync(default);
        log.Add("server runs again");
    }

    /// <summary>All is well again: the schedule goes on until nothing waits.</summary>
    private async Task SettleAsync(TrialFeed feed, CancellationToken cancellation)
    {
        log.Add("all is well again");
        World.Provider.Random = null;
        clock.Offset = TimeSpan.Zero;
        await feed.StartAsync(cancellation);
        await feed.LookAsync(cancellation);
        await feed.ReconcileAsync(cancellation);
        await using var replica = new TrialReplica(World, "well", clock, Plan.Seed);
        for (var rounds = 0; rounds < 8; rounds++)
        {
            await PassTimeAsync();
            await replica.WorkAsync();
        }
    }
}
