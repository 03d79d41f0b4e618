using JobLineage.Core.Runs;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Runs;

/// <summary>How readings end while they fail.</summary>
public sealed class RunHubEndTests
{
    [Fact]
    public async Task A_reading_that_fails_because_it_is_stopped_does_not_fail_the_end()
    {
        using var stop = new CancellationTokenSource();
        var began = new TaskCompletionSource();
        var time = new TestClock();
        var reading = new RunHubReading<string>(
            "a run",
            async token =>
            {
                began.SetResult();
                await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                // As a driver whose connection is closed while it reads.
                throw new InvalidOperationException("the connection is closed");
            },
            new(time, TimeSpan.FromMilliseconds(100), TimeSpan.Zero), time, NullLogger.Instance, stop.Token);
        var viewer = reading.Subscribe(TimeSpan.Zero);
        await began.Task;

        await stop.CancelAsync();
        await reading.StopAsync();

        Assert.True(viewer.Updates.Completion.IsCompleted);
    }
}
