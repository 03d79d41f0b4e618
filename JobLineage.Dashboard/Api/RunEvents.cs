using System.Globalization;
using System.Text;
using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Dashboard.Api;

/// <summary>
/// Writes what happens to a run as server-sent events. It listens as a page does: all who look at a run share its reading, and
/// who takes slowly gets the newest picture and none of those in between.
/// </summary>
/// <param name="subscription">The run.</param>
/// <param name="time">The clock.</param>
internal sealed class RunEvents(HubSubscription<RunSnapshot> subscription, TimeProvider time)
{
    /// <summary>Between two snapshots: four a second is more than a program acts on.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(250);

    /// <summary>After so long without an event comes a comment: proxies take silence for the end.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const int RetryMilliseconds = 2_000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private long written;

    /// <summary>The first picture; null when there is no such run.</summary>
    /// <exception cref="TimeoutException">The store does not answer.</exception>
    public async Task<RunSnapshot?> FirstAsync(CancellationToken cancellation)
    {
        var update = subscription.Current;
        while (update is { Value: null, Connection: HubConnection.Loading })
            update = await subscription.Updates.ReadAsync(cancellation);
        if (update is { Value: null, Connection: HubConnection.Disconnected })
            throw new TimeoutException(update.Error);
        return update.Value;
    }

    /// <summary>Writes until nobody listens any more, or the run is gone.</summary>
    /// <param name="first">What comes first.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="cancellation">Nobody listens any more.</param>
    public async Task WriteAsync(RunSnapshot first, Stream output, CancellationToken cancellation)
    {
        var answer = RunAnswer.Of(first);
        var shown = ETags.Of(answer);
        await WriteAsync(output, string.Create(CultureInfo.InvariantCulture, $"retry: {RetryMilliseconds}\n\n{Snapshot(first, answer)}"), cancellation);
        while (await NextAsync(output, cancellation) is { } update)
        {
            if (update.IsUnknown)
            {
                await WriteAsync(output, Event("gone", null, new object()), cancellation);
                return;
            }

            // What goes on is read again as time passes, and mostly says the same.
            var run = update.Connection == HubConnection.Connected ? update.Value : null;
            var now = run is null ? null : RunAnswer.Of(run);
            var tag = now is null ? null : ETags.Of(now);
            if (tag == shown)
                continue;
            shown = tag;
            await WriteAsync(output, run is null || now is null ? Event("lost", null, new LostEvent(update.Error)) : Snapshot(run, now), cancellation);
            await Task.Delay(Gap, time, cancellation);
        }
    }

    /// <summary>The next update, however long it takes; null at the end.</summary>
    private async Task<HubUpdate<RunSnapshot>?> NextAsync(Stream output, CancellationToken cancellation)
    {
        var arrival = subscription.Updates.WaitToReadAsync(cancellation).AsTask();
        while (!arrival.IsCompleted)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var left = Heartbeat - time.GetElapsedTime(written);
            if (left > TimeSpan.Zero && await Task.WhenAny(arrival, Task.Delay(left, time, waiting.Token)) == arrival)
            {
                await waiting.CancelAsync();
                break;
            }

            cancellation.ThrowIfCancellationRequested();
            await WriteAsync(output, ": nothing new\n\n", cancellation);
        }

        return await arrival && subscription.Updates.TryRead(out var update) ? update : null;
    }

    private static string Snapshot(RunSnapshot run, RunAnswer answer)
    {
        var id = run.Version.ToString(CultureInfo.InvariantCulture);
        var snapshot = Event("snapshot", id, answer);
        return run.Counts.Unfinished > 0 ? snapshot : snapshot + Event("finished", id, new FinishedEvent(run.State, run.FinishedAt));
    }

    /// <summary>The JSON is one line: a line break in a text is written as \n in it.</summary>
    private static string Event<T>(string name, string? id, T data) =>
        $"event: {name}\n{(id is null ? "" : $"id: {id}\n")}data: {JsonSerializer.Serialize(data, ContractJson.Api)}\n\n";

    private async Task WriteAsync(Stream output, string text, CancellationToken cancellation)
    {
        written = time.GetTimestamp();
        await output.WriteAsync(Utf8.GetBytes(text), cancellation);
        await output.FlushAsync(cancellation);
    }
}
