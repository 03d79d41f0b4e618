using System.Data.Common;
using System.Globalization;
using JobLineage.Bench.Running;
using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using Npgsql;

namespace JobLineage.Bench.Faults;

/// <summary>
/// One trial: a queue is written without pause, a fault strikes at a random moment, the writing stops, and when the feed
/// has come to rest store and source must be equal, and viewers must see what the store has.
/// </summary>
public sealed class FaultTrial
{
    private readonly CancellationToken cancellation;
    private string? refused;

    private FaultTrial(FaultWorld world, Fault fault, FaultScale scale, int seed, TrialLog log, CancellationToken cancellation)
    {
        (World, Fault, Scale, Seed, Log, this.cancellation) = (world, fault, scale, seed, log, cancellation);
        Random = new(seed);
    }

    /// <summary>The databases.</summary>
    public FaultWorld World { get; }

    /// <summary>What strikes.</summary>
    public Fault Fault { get; }

    /// <summary>How much of everything.</summary>
    public FaultScale Scale { get; }

    /// <summary>What all choices are made of.</summary>
    public int Seed { get; }

    /// <summary>For choices.</summary>
    public Random Random { get; }

    /// <summary>What happened.</summary>
    public TrialLog Log { get; }

    /// <summary>The clock of the replica.</summary>
    public MovableClock Clock { get; } = new();

    /// <summary>The replica in this process; null where there is none.</summary>
    public Replica? Replica { get; private set; }

    /// <summary>The leading process's way to the store, where a replica follows it.</summary>
    public StallingProxy? StoreWay { get; private set; }

    /// <summary>Its way to the queue's database.</summary>
    public StallingProxy? SourceWay { get; private set; }

    /// <summary>The real dashboard; null where there is none.</summary>
    public DashboardProcess? Process { get; set; }

    /// <summary>How long a follower took to take over.</summary>
    public TimeSpan? TakenOver { get; set; }

    /// <summary>The queue's database is written by these.</summary>
    public NpgsqlDataSource Queue => World.Queue;

    /// <summary>Runs a trial.</summary>
    public static async Task<TrialResult> RunAsync(FaultServers servers, Fault fault, FaultScale scale, int seed, CancellationToken cancellation)
    {
        if (fault.Own is { } own)
            return await own(servers, scale, seed, cancellation) with { Fault = fault.Name };
        var log = new TrialLog();
        await using var world = await FaultWorld.CreateAsync(servers, seed, fault.Mapping, cancellation);
        return await new FaultTrial(world, fault, scale, seed, log, cancellation).RunAsync();
    }

    /// <summary>Lets the queue be written for a random while.</summary>
    public Task LoadAsync() => Task.Delay(Random.Next(Scale.Load / 4, Scale.Load), cancellation);

    /// <summary>Runs SQL in the queue's database.</summary>
    public Task ExecuteAsync(string sql) => World.ExecuteAsync(sql, cancellation);

    /// <summary>Waits for what must come true by itself.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var until = Log.Now + Scale.Patience;
        Log.Add($"waits until {what}");
        while (!await TriedAsync(condition))
        {
            if (Log.Now > until)
                throw new TimeoutException($"It did not come true in {Scale.Patience.TotalSeconds} s: {what}.");
            await Task.Delay(10, cancellation);
        }
    }

    /// <summary>What the feed says of itself.</summary>
    public async Task<(FeedState State, string? Message, DateTime? AsOf)> SaysAsync()
    {
        await using var command = World.Checking.CreateCommand("select state, message, as_of from job_lineage.source where name = 'oban'");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation))
            return (FeedState.Starting, null, null);
        return ((FeedState)row.GetInt16(0), row.IsDBNull(1) ? null : row.GetString(1), row.IsDBNull(2) ? null : row.GetDateTime(2));
    }

    /// <summary>Until the source is followed by its trigger, and nothing is complained of.</summary>
    public Task UntilLiveAsync() => UntilAsync(
        "the source is live again",
        // A clock that the trial has set is still off, and is said to be.
        async () => await SaysAsync() is (FeedState.Live, var message, _) && message?.StartsWith("The clock of source", StringComparison.Ordinal) != false);

    /// <summary>Starts a real dashboard.</summary>
    public DashboardProcess StartProcess(string name)
    {
        var application = ";Application Name=" + name;
        Process = new(
            DashboardProcess.Beside, At(World.Store, StoreWay) + application, "oban", At(World.Source, SourceWay) + application,
            line => Log.Add($"{name}: {line}"));
        Process.Serve("http://127.0.0.1:0");
        Log.Add($"process {Process.Server.Id} started as {name}");
        return Process;
    }

    private static string At(NpgsqlConnectionStringBuilder database, StallingProxy? way) =>
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { Port = way?.Port ?? database.Port }.ConnectionString;

    private async Task<TrialResult> RunAsync()
    {
        IReadOnlyList<string> differences;
        var (equal, statements) = (TimeSpan.Zero, 0L);
        var viewers = new List<Viewer>();
        try
        {
            await StartAsync();
            await using var load = QueueLoad.Start(Queue, Random);
            viewers = await LookAsync();
            for (var strikes = Fault.Repeats ? Random.Next(1, Scale.Strikes + 1) : 1; strikes > 0; strikes--)
            {
                await LoadAsync();
                Log.Add($"strikes: {Fault.Name}");
                await Fault.StrikeAsync(this);
                Log.Add("over");
                await LoadAsync();
            }

            await load.StopAsync();
            statements = load.Statements;
            Log.Add($"load ended, {statements} statements");
            (differences, equal) = await SettleAsync(viewers);
            if (Scale.IsTimed && TakenOver > Fault.TakenOverWithin)
                differences = [.. differences, string.Create(CultureInfo.InvariantCulture, $"taken over after {TakenOver.Value.TotalSeconds:0.0} s, and {Fault.TakenOverWithin.Value.TotalSeconds:0.0} s are allowed")];
        }
        catch (Exception e) when (e is DbException or TimeoutException or IOException)
        {
            Log.Add(e.ToString());
            differences = [e.Message];
        }
        finally
        {
            foreach (var viewer in viewers)
                await viewer.DisposeAsync();
            await World.Servers.Source.StartAgainAsync(default);
            await World.Servers.Store.StartAgainAsync(default);
            if (Replica is not null)
                await Replica.DisposeAsync();
            if (Process is not null)
                await Process.DisposeAsync();
            if (StoreWay is not null)
                await StoreWay.DisposeAsync();
            if (SourceWay is not null)
                await SourceWay.DisposeAsync();
        }

        return new(Fault.Name, Seed, differences, equal, TakenOver, statements, [.. Log.Lines]);
    }

    private async Task StartAsync()
    {
        // Something to begin with: it is read by the backfill.
        await using (var connection = await Queue.OpenConnectionAsync(cancellation))
        {
            for (var i = 0; i < 30; i++)
            {
                await using var command = new NpgsqlCommand(QueueMoves.Next(Random), connection);
                await command.ExecuteNonQueryAsync(cancellation);
            }
        }

        if (Fault.Dashboards == Dashboards.ProcessThenReplica)
            (StoreWay, SourceWay) = (new(World.Store.Port), new(World.Source.Port));
        if (Fault.Dashboards != Dashboards.Replica)
        {
            StartProcess("process");
            await UntilLiveAsync();
        }

        if (Fault.Dashboards != Dashboards.Process)
            Replica = await Replica.StartAsync(World, "replica", Fault.Options(Options with { Batch = Random.Next(3) == 0 ? 200 : 5_000 }), Clock, Log);
        await UntilLiveAsync();
    }

    /// <summary>As the product's, but for pauses that only make trials long.</summary>
    public static FeedOptions Options { get; } = new()
    {
        WatchedInterval = TimeSpan.FromMilliseconds(200),
        IdleInterval = TimeSpan.FromMilliseconds(200),
        MinimumPause = TimeSpan.FromMilliseconds(100),
        MaximumPause = TimeSpan.FromSeconds(1),
        SafetyInterval = TimeSpan.FromSeconds(1),
        TriggerLookInterval = TimeSpan.FromSeconds(1),
        SweepInterval = TimeSpan.FromSeconds(2),
    };

    private async Task<List<Viewer>> LookAsync()
    {
        if (Replica is null)
            return [];
        await using var command = Queue.CreateCommand("select id::text from oban_jobs where worker = 'App.SyncJob' order by id limit 4");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var viewers = new List<Viewer>();
        while (await row.ReadAsync(cancellation))
            viewers.Add(Viewer.Look(Replica.Hub, new("oban", row.GetString(0))));
        return viewers;
    }

    private async Task<(IReadOnlyList<string> Differences, TimeSpan Equal)> SettleAsync(List<Viewer> viewers)
    {
        var from = Log.Now;
        IReadOnlyList<string> differences = [];
        if (!await TriedAsync(() => EndsAsync(async () => differences = await World.DifferencesAsync(cancellation))))
            return (differences.Count > 0 ? differences : [$"store and source could not be compared: {refused}"], Log.Now - from);
        var equal = Log.Now - from;
        Log.Add($"equal after {equal.TotalSeconds:0.00} s");
        // What is equal must stay so: the feed has to look once more, and to say that all is well.
        var after = TimeProvider.System.GetUtcNow();
        await UntilAsync("the source is live, and known as of after the load", async () =>
            await SaysAsync() is (FeedState.Live, null, { } asOf) && asOf >= (after + Clock.Offset).UtcDateTime);
        differences = await World.DifferencesAsync(cancellation);
        if (differences.Count > 0)
            return ([.. differences.Select(d => "was equal and is not any more: " + d)], equal);
        if (!await EndsAsync(async () => differences = await ViewersAsync(viewers)))
            return (differences, equal);
        return (Replica is { IsRunning: false } ? ["the replica has given up"] : [], equal);
    }

    private async Task<IReadOnlyList<string>> ViewersAsync(List<Viewer> viewers)
    {
        var found = new List<string>();
        foreach (var viewer in viewers)
        {
            if (await viewer.DifferenceAsync(Replica!.Reader, cancellation) is { } difference)
                found.Add(difference);
        }

        return found;
    }

    /// <summary>Asks until there are no differences, or patience ends.</summary>
    private async Task<bool> EndsAsync(Func<Task<IReadOnlyList<string>>> differences)
    {
        for (var until = Log.Now + Scale.Patience; Log.Now < until;)
        {
            var none = await TriedAsync(async () => (await differences()).Count == 0);
            if (none)
                return true;
            await Task.Delay(25, cancellation);
        }

        return false;
    }

    /// <summary>A server that is away is asked again.</summary>
    private async Task<bool> TriedAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (Exception e) when (e is DbException or IOException)
        {
            var sentence = $"asked in vain: {e.Message.Split('\n')[0]}";
            if (sentence != refused)
                Log.Add(refused = sentence);
            return false;
        }
    }
}
