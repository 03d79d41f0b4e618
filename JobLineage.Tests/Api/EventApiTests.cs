using System.Net;
using System.Text;
using System.Text.Json;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Api;
using JobLineage.Tests.Hosting;
using JobLineage.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Api;

/// <summary>A run as it changes, as server-sent events.</summary>
public sealed class EventApiTests
{
    [Fact]
    public async Task The_stream_begins_with_the_same_json_as_the_run_and_leaving_ends_the_watching()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var hub = dashboard.Services.GetRequiredService<RunHub>();
        using (var answer = await dashboard.Browser.GetAsync("/api/v1/runs/oban/10/events", HttpCompletionOption.ResponseHeadersRead))
        {
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            var lines = new List<string>();
            while (lines.Count(line => line.Length == 0) < 2)
                lines.Add((await reader.ReadLineAsync())!);

            Assert.Equal(["retry: 2000", "", "event: snapshot", "id: 42"], lines[..4]);
            var run = await dashboard.Browser.GetStringAsync("/api/v1/runs/oban/10");
            Assert.Equal("data: " + run, lines[4]);
            Assert.Equal(1, hub.Viewers);
        }

        await ExportApiTests.UntilAsync(() => hub.Viewers == 0 && dashboard.Services.GetRequiredService<EventPlaces>().Taken == 0);
    }

    [Fact]
    public async Task A_run_that_is_not_there_and_a_store_that_fails_are_problems()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        await dashboard.ProblemAsync("/api/v1/runs/oban/999/events", HttpStatusCode.NotFound);
        dashboard.Store.Failure = new Npgsql.NpgsqlException("gone");
        await dashboard.ProblemAsync("/api/v1/runs/oban/10/events", HttpStatusCode.ServiceUnavailable);
        Assert.Equal(0, dashboard.Services.GetRequiredService<RunHub>().Viewers);
    }

    [Fact]
    public async Task There_are_so_many_streams_and_no_more()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var places = dashboard.Services.GetRequiredService<EventPlaces>();
        var taken = Enumerable.Range(0, EventPlaces.Count).Select(n => places.Take($"client {n}").Place).ToList();
        Assert.DoesNotContain(null, taken);

        var answer = await dashboard.Browser.GetAsync("/api/v1/runs/oban/10/events");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        taken.ForEach(place => place!.Dispose());
        taken[0]!.Dispose();
        Assert.Equal(0, places.Taken);
    }

    [Fact]
    public async Task Many_listeners_cost_one_reading_and_each_gets_the_newest_and_is_kept_alive()
    {
        var (store, signal, time) = (new FakeRunReader(), new FakeRunSignal(), new TestClock());
        await using var hub = new RunHub(store, signal, time, NullLogger<RunHub>.Instance);
        var key = new RunKey("oban", "1");
        store.Put(SomeRuns.Run());
        using var leave = new CancellationTokenSource();
        var outputs = Enumerable.Range(0, 5).Select(_ => new Output()).ToList();
        var listening = outputs.Select(output => ListenAsync(hub, key, time, output, leave.Token)).ToList();
        await ExportApiTests.UntilAsync(() => outputs.All(o => o.Ids.Count == 1));
        Assert.Equal(1, store.Loads);

        for (long version = 2; version <= 4; version++)
        {
            store.Put(SomeRuns.Run(version: version));
            signal.Raise(key);
            await ForwardAsync(TimeSpan.FromMilliseconds(100));
        }

        await MoveAsync(() => outputs.All(o => o.Ids[^1] == "4"), TimeSpan.FromMilliseconds(50));
        Assert.InRange(store.Loads, 2, 4);
        Assert.All(outputs, o => Assert.Equal(o.Ids.Distinct(), o.Ids));

        await MoveAsync(() => outputs.All(o => o.Text.Contains(": nothing new\n\n")), RunEvents.Heartbeat);

        store.Put(SomeRuns.Run(version: 5) with { Counts = new(Completed: 1), FinishedAt = SomeRuns.Noon });
        signal.Raise(key);
        await MoveAsync(() => outputs.All(o => o.Text.Contains("event: finished\nid: 5\n")), TimeSpan.FromMilliseconds(100));
        store.Failure = new TimeoutException();
        signal.Raise(key);
        await MoveAsync(() => outputs.All(o => o.Text.Contains("event: lost\ndata: {\"error\":\"The store")), TimeSpan.FromMilliseconds(250));
        store.Failure = null;
        store.Runs.Clear();
        await MoveAsync(() => outputs.All(o => o.Text.EndsWith("event: gone\ndata: {}\n\n")), TimeSpan.FromSeconds(5));
        await Task.WhenAll(listening);
        Assert.Equal(0, hub.Viewers);

        async Task MoveAsync(Func<bool> holds, TimeSpan step)
        {
            for (var tries = 0; !holds(); tries++)
            {
                Assert.True(tries < 3_000, "it did not come to hold");
                await ForwardAsync(step);
            }
        }

        async Task ForwardAsync(TimeSpan step)
        {
            await Task.Delay(10);
            time.Advance(step);
        }
    }

    private static async Task ListenAsync(RunHub hub, RunKey key, TimeProvider time, Output output, CancellationToken cancellation)
    {
        using var subscription = hub.Subscribe(key);
        var events = new RunEvents(subscription, time);
        await events.WriteAsync((await events.FirstAsync(cancellation))!, output, cancellation);
    }

    /// <summary>What was written, for others to read meanwhile.</summary>
    private sealed class Output : MemoryStream
    {
        private readonly Lock all = new();
        private readonly StringBuilder text = new();

        public string Text
        {
            get
            {
                lock (all)
                    return text.ToString();
            }
        }

        public List<string> Ids => [.. Text.Split("event: snapshot\nid: ").Skip(1).Select(rest => rest.Split('\n')[0])];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            lock (all)
                text.Append(Encoding.UTF8.GetString(buffer.Span));
            return ValueTask.CompletedTask;
        }
    }
}
