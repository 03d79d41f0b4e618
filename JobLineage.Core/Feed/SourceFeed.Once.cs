using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;
using JobLineage.Core.Store.Ingest;

namespace JobLineage.Core.Feed;

/// <summary>The one reading of a program that does not stay.</summary>
public sealed partial class SourceFeed
{
    /// <summary>Rows that are compared at a time.</summary>
    private const int Comparing = 50_000;

    /// <summary>
    /// Brings the store up to date with the source once, by polling, and ends: what is new and unfinished, and, since nobody may have
    /// looked for long, a comparison of everything. Whoever calls it leads, as whoever calls <see cref="RunAsync"/> does.
    /// </summary>
    /// <returns>Null when the source was read; otherwise a sentence about what stands in the way.</returns>
    /// <exception cref="LeadLostException">Another replica leads now.</exception>
    public async Task<string?> ReadOnceAsync(CancellationToken cancellation)
    {
        var record = await OpenAsync(cancellation);
        try
        {
            await ReadAsync(record, await source.ProbeAsync(cancellation), cancellation);
            return null;
        }
        catch (SourceProblemException e) when (!e.Problem.IsRetryable)
        {
            LogMisconfigured(source.Name, e.Message);
            await record.SayAsync(FeedState.Misconfigured, e.Message, null, cancellation);
            return e.Message;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is not LeadLostException)
        {
            var sentence = Sentence(e);
            LogNotRead(source.Name, sentence, Logged(e));
            await TrySayAsync(record, sentence, cancellation);
            return sentence;
        }
    }

    private async Task ReadAsync(SourceRecord record, ProbedSource probed, CancellationToken cancellation)
    {
        standing = Standing(probed);
        if (await record.AdoptMappingAsync(MappingFingerprint.Of(probed.Mapping), cancellation))
            LogRereading(source.Name);
        var reader = new SourceReader(probed, source.Database, source.Redaction);
        reader.UnknownState += ReportUnknownState;
        reader.Expect(await record.PutAsideIdsAsync(cancellation));
        var scanner = new SourceScanner(reader, source.Database);
        var ingester = new Ingester(store, probed, record);
        var feed = new PollFeed(reader, scanner, ingester, record, options, time);
        await feed.StartAsync(cancellation);
        if (await BackfillAsync(record, reader, ingester, feed, cancellation))
        {
            // See FollowAsync: what the looks during a backfill remember is not what is stored.
            feed = new PollFeed(reader, scanner, ingester, record, options, time);
            await feed.StartAsync(cancellation);
        }

        await ReadLogAsync(record, probed, reader, ingester, cancellation);
        await feed.TickAsync(cancellation);
        moment = feed.Moment;
        // The comparison begins after that moment, and sees what looks do not: the data is of it, whatever the mapping reaches.
        var different = await Comparison.FindAsync(record, scanner, Comparing, cancellation);
        if (different.Count > 0)
            await feed.LookAgainAsync(different, cancellation);
        await record.SayAsync(FeedState.Polling, Message(), feed.Moment?.AsOf, cancellation);
    }

    /// <summary>Of a queue that deletes jobs when they end, how they ended stands in the trigger's log alone: it is read where there is one, and nobody else reads it.</summary>
    private async Task ReadLogAsync(SourceRecord record, ProbedSource probed, SourceReader reader, Ingester ingester, CancellationToken cancellation)
    {
        var isRead = false;
        if (probed is { Mapping.Deleted: not null, Reach: null } && source.Feed != FeedKind.Poll)
        {
            var installer = new TriggerInstaller(probed.Mapping, source.Database);
            if (await installer.InspectAsync(cancellation) is { Presence: TriggerPresence.Ready, Names: { } names })
            {
                var consumer = new TriggerConsumer(source.Database, names, await StoreIdentity.ReadAsync(store, cancellation), TriggerSql.IsWide(probed.Mapping));
                var trigger = new TriggerFeed(installer, consumer, new(reader, ingester, options), record, probed.IdKind, options, time);
                if (isRead = await consumer.BeatAsync(cancellation))
                {
                    await trigger.StartAsync(cancellation);
                    await trigger.CatchUpAsync(null, cancellation);
                    await consumer.LeaveAsync();
                }
            }
        }

        await SeeDeletedAsync(record, probed, isRead, cancellation);
    }
}
