using JobLineage.Core.Feed;
using JobLineage.Core.Store;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Feed;

/// <summary>Signs of life beside a batch that takes long.</summary>
public sealed class SourcePulseTests
{
    [Fact]
    public async Task While_a_batch_takes_minutes_somebody_is_seen_to_be_at_work()
    {
        await using var store = await StoreFixture.CreateAsync();
        var record = await SourceRecord.OpenAsync(store.Store, "slow", default);
        await store.SqlAsync("update job_lineage.source set heartbeat_at = now() - interval '1 hour', state = 3");
        Assert.Equal(Core.Model.FeedState.Stopped, (await store.Reader.SourcesAsync(default)).Single().State);
        var time = new TestClock();
        using var stop = new CancellationTokenSource();
        var running = new SourcePulse(record, _ => Task.CompletedTask, (_, _) => throw new InvalidOperationException("It answers."), time).RunAsync(stop.Token);

        await Soon.IsTrueAsync(async () =>
        {
            time.Advance(SourcePulse.Interval);
            return (await store.Reader.SourcesAsync(default)).Single().State == Core.Model.FeedState.Live;
        });

        await stop.CancelAsync();
        await Task.WhenAny(running);
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_said_with_the_second_sign_of_life_that_is_missing()
    {
        await using var store = await StoreFixture.CreateAsync();
        var record = await SourceRecord.OpenAsync(store.Store, "gone", default);
        var time = new TestClock();
        var (asked, said, askedWhenSaid) = (0, 0, 0);
        using var stop = new CancellationTokenSource();
        var running = new SourcePulse(
            record,
            _ =>
            {
                asked++;
                throw new TimeoutException();
            },
            (_, _) =>
            {
                (said, askedWhenSaid) = (said + 1, asked);
                return Task.CompletedTask;
            },
            time).RunAsync(stop.Token);

        await Soon.IsTrueAsync(() =>
        {
            time.Advance(SourcePulse.Interval * 1.1);
            return Task.FromResult(asked >= 5);
        });

        Assert.Equal((1, 2), (said, askedWhenSaid));
        await stop.CancelAsync();
        await Task.WhenAny(running);
    }
}
