using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Core.Store;

namespace JobLineage.Core.Feed;

/// <content>Following a source by what its trigger logs.</content>
public sealed partial class SourceFeed
{
    private async Task FollowByTriggerAsync(
        SourceRecord record, PollFeed feed, TriggerFeed trigger, TriggerListener listener, Reconciler reconciler, Task reconciling,
        CancellationToken cancellation)
    {
        (fallback, wasTakenAway) = (null, false);
        // How a job ended that is gone stands in the log alone: a look that came before it would only find that it is gone.
        if (trigger.HasImages)
        {
            using var turn = await source.Pool.ShortAsync(cancellation);
            await trigger.CatchUpAsync(turn, cancellation);
        }

        // What runs now is wanted first; the reconciliation, which finds the rest, reads the whole table.
        await LookAsync(record, feed, reconciler, FeedState.Live, cancellation);
        LogLive(source.Name);
        var end = await trigger.RunAsync(
            listener,
            feed.LookAsync,
            jobs =>
            {
                LogPastTrigger(source.Name, jobs);
                reconciler.Ask();
            },
            async (at, turn, token) =>
            {
                await RepairAsync(feed, reconciler, turn, token);
                if (reconciling.IsCompleted)
                    await reconciling;
                pulse?.Answered();
                await SayAsync(record, FeedState.Live, Message(), at, token);
            },
            cancellation);
        if (end == TriggerEnd.Gone)
        {
            wasTakenAway = true;
            LogTriggerGone(source.Name);
            return;
        }

        LogIncomplete(source.Name);
        if (deletes)
            await record.NoteImagesLostAsync(cancellation);
        await Task.Delay(options.MinimumPause, time, cancellation);
    }

    /// <summary>The trigger to follow by; null for none.</summary>
    /// <exception cref="SourceProblemException">One is required and can't be used.</exception>
    private async Task<TriggerNames?> FindTriggerAsync(TriggerInstaller installer, ProbedSource probed, CancellationToken cancellation)
    {
        fallback = null;
        if (source.Feed == FeedKind.Trigger && probed.Reach is { } reach)
            throw new SourceProblemException(new(SourceProblemKind.NoTrigger, $"Source '{source.Name}' can't be followed by its trigger, since {reach}: set its Feed to auto or poll."));
        // A trigger would see a part of what changes: what it does not see would be wrong under the word "live".
        if (source.Feed == FeedKind.Poll || probed.Reach is not null)
            return null;
        var found = await installer.InspectAsync(cancellation);
        if (source.Feed == FeedKind.Trigger && found.Problem(source.Name) is { } problem)
            throw new SourceProblemException(new(SourceProblemKind.NoTrigger, problem));
        return Usable(found);
    }

    /// <summary>The trigger's names when it can be followed; otherwise the page says why not, as it is now.</summary>
    private TriggerNames? Usable(TriggerState found)
    {
        fallback = (found.Presence, wasTakenAway) switch
        {
            (TriggerPresence.Ready, _) or (TriggerPresence.None, false) => null,
            (TriggerPresence.None, true) =>
                $"The trigger of source '{source.Name}' was taken away; the source is followed by polling until `joblineage install` is run.",
            _ => $"{found.Problem(source.Name)} Until then the source is followed by polling.",
        };
        return found.Presence == TriggerPresence.Ready ? found.Names : null;
    }

    private async Task<TriggerListener?> ListenAsync(TriggerConsumer consumer, CancellationToken cancellation)
    {
        using var turn = await source.Pool.ShortAsync(cancellation);
        var obstacle = await TriggerListener.FindObstacleAsync(source.Database, consumer.Names, consumer.Reader, source.Name, cancellation);
        if (obstacle is null && await consumer.ListenAsync(source.Pool, cancellation) is { } listener)
            return listener;
        fallback = obstacle ?? TriggerListener.OtherReader(source.Name);
        LogNotListening(source.Name, fallback);
        return null;
    }
}
