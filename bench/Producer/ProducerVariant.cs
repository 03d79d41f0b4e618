using JobLineage.Core.Feed.Trigger;

namespace JobLineage.Bench.Producer;

/// <summary>What somebody does who wants to be told, while the load runs.</summary>
internal enum Reading
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Listens.</summary>
    Hear,

    /// <summary>Listens and empties the change log.</summary>
    Drain,

    /// <summary>Empties the change log and reads the changed jobs.</summary>
    Follow,

    /// <summary>All that the product does: empties the log, reads the jobs, keeps the store, and shows it to a viewer.</summary>
    Watch,
}

/// <summary>A way of being told of changes.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Triggers">The triggers that are switched on.</param>
/// <param name="Reading">Who reads meanwhile.</param>
/// <param name="Before">SQL that changes the design before the load; null for none.</param>
/// <param name="After">SQL that changes it back.</param>
internal sealed record ProducerVariant(string Name, IReadOnlyList<string> Triggers, Reading Reading, string? Before = null, string? After = null)
{
    /// <summary>Whether the log that is read holds images of deleted rows.</summary>
    public bool HasImages { get; init; }

    public const string NotifyRow = "bench_notify_row";
    public const string NotifyStatement = "bench_notify_statement";
    public const string LogRow = "bench_log_row";

    private static readonly ProducerVariant Bare = new("bare", [], Reading.None);
    private static readonly ProducerVariant Ours = new("change log + gate, drained", TriggerNames.Triggers, Reading.Drain);

    /// <summary>What the product does, beside what is usually done. The first is what the others are compared with.</summary>
    public static IReadOnlyList<ProducerVariant> All { get; } =
    [
        Bare,
        Ours,
        new("change log + gate, live dashboard", TriggerNames.Triggers, Reading.Watch),
        new("NOTIFY per statement", [NotifyStatement], Reading.Hear),
        new("NOTIFY per row", [NotifyRow], Reading.Hear),
    ];

    /// <summary>The product's design with one thing done in another way.</summary>
    public static IReadOnlyList<ProducerVariant> Designs(TriggerNames names) =>
    [
        Bare,
        Ours,
        new("… nobody reads", TriggerNames.Triggers, Reading.None, After: $"truncate {names.Change}"),
        new("… row triggers", [LogRow], Reading.Drain),
        new("… log in the WAL", TriggerNames.Triggers, Reading.Drain, $"alter table {names.Change} set logged", $"alter table {names.Change} set unlogged"),
        new("… log with a key", TriggerNames.Triggers, Reading.Drain,
            $"alter table {names.Change} add seq bigint generated always as identity primary key", $"alter table {names.Change} drop seq"),
        new("… no search_path", TriggerNames.Triggers, Reading.Drain,
            $"alter function {names.Function}() reset search_path", $"alter function {names.Function}() set search_path = pg_catalog, pg_temp"),
        new("… clock as numeric", TriggerNames.Triggers, Reading.Drain,
            Rewrite(names, FloatClock, NumericClock), Rewrite(names, NumericClock, FloatClock)),
    ];

    /// <summary>What it costs a queue that deletes its jobs when they end to have their last images kept.</summary>
    /// <param name="mapping">The queue's.</param>
    public static IReadOnlyList<ProducerVariant> Deletes(SourceMapping mapping)
    {
        var (plain, names) = (new TriggerSql(mapping).Install(), TriggerNames.Of(mapping));
        var kept = new TriggerSql(mapping with { Deleted = "'completed'" }).Install();
        return
        [
            Bare,
            Ours with { Name = "change log + gate, ids alone" },
            new("… with the last image of each deleted row", TriggerNames.Triggers, Reading.Drain, kept, plain) { HasImages = true },
            new("… images in a log that is not in the WAL", TriggerNames.Triggers, Reading.Drain, $"{kept} alter table {names.Change} set unlogged", plain) { HasImages = true },
        ];
    }

    private const string FloatClock = "date_part('epoch', clock_timestamp())";
    private const string NumericClock = "extract(epoch from clock_timestamp())";

    private static string Rewrite(TriggerNames names, string from, string to) =>
        $"do $do$ begin execute replace(pg_get_functiondef('{names.Function}'::regproc), $a${from}$a$, $b${to}$b$); end $do$";
}
