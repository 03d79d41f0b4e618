using JobLineage.Core.Feed;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;

namespace JobLineage.Tests.Store;

/// <summary>All the parts of a source's feed, moved by a test instead of a clock.</summary>
internal sealed class HandFeed
{
    private readonly FeedOptions options;

    private HandFeed(ProbedSource source, StoreFixture fixture, SourceRecord record, FeedOptions options, TimeProvider time, Redaction redaction)
    {
        this.options = options;
        Record = record;
        Reader = new(source, fixture.Source, redaction);
        Scanner = new(Reader, fixture.Source);
        Ingester = new(fixture.Store, source, record);
        Feed = new(Reader, Scanner, Ingester, record, options, time);
    }

    public SourceRecord Record { get; }

    public SourceReader Reader { get; }

    public SourceScanner Scanner { get; }

    public Ingester Ingester { get; }

    public PollFeed Feed { get; }

    public static async Task<HandFeed> CreateAsync(
        StoreFixture fixture, ProbedSource source, FeedOptions options, TimeProvider time, Redaction redaction) =>
        new(source, fixture, await SourceRecord.OpenAsync(fixture.Store, source.Mapping.Name, default), options, time, redaction);

    /// <summary>Starts, and reads the table to its end.</summary>
    public async Task FillAsync()
    {
        await Feed.StartAsync(default);
        await new Backfill(Reader, Ingester, Record, options).RunAsync(_ => Task.CompletedTask, default);
    }

    /// <summary>Looks once.</summary>
    public async Task<int> TickAsync() => (await Feed.TickAsync(default)).Changed;

    /// <summary>Compares all of the source with all of the store, and looks again at what differs.</summary>
    /// <returns>How many jobs differed.</returns>
    public async Task<int> ReconcileAsync()
    {
        var different = await Comparison.FindAsync(Record, Scanner, 500, default);
        await Feed.LookAgainAsync(different, default);
        return different.Count;
    }
}
