using Bunit;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Live;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Tests.Components;

/// <summary>What changes by the passing of time alone is read again by one timer, over a clock that is moved by hand.</summary>
public sealed class TickTests : PageContext
{
    private readonly TestClock time;

    public TickTests()
        : this(new())
    {
    }

    private TickTests(TestClock time)
        : base(time) => this.time = time;

    [Fact]
    public async Task A_watch_that_ticks_goes_on_beside_one_that_does_not()
    {
        var readings = new Readings();
        Render<Two>(p => p.Add(x => x.Readings, readings));

        await UntilAsync(() => readings.Ticking >= 3);

        Assert.Equal(1, readings.Still);
        // Renderings wait by the same clock, each for a moment.
        await UntilAsync(() => time.Armed == 1);
        await AssertNothingLeaksAsync();
        Assert.Equal(0, time.Armed);
    }

    [Fact]
    public async Task A_watch_that_does_not_tick_any_more_stops_the_clock_of_nobody_else()
    {
        var readings = new Readings();
        var page = Render<Two>(p => p.Add(x => x.Readings, readings));
        await UntilAsync(() => readings.Ticking >= 2);

        page.Render(p => p.Add(x => x.Ticks, false));
        await UntilAsync(() => readings.Plain == 1);
        page.Render(p => p.Add(x => x.Ticks, true));
        var before = readings.Ticking;

        await UntilAsync(() => readings.Ticking > before);
        await AssertNothingLeaksAsync();
    }

    [Fact]
    public async Task What_was_told_of_failures_is_read_again_by_the_same_timer()
    {
        var readings = new Readings();
        Render<Told>(p => p.Add(x => x.Readings, readings));

        await UntilAsync(() => readings.Ticking >= 3 && readings.Still >= 3);

        // Renderings wait by the same clock, each for a moment.
        await UntilAsync(() => time.Armed == 1);
        await AssertNothingLeaksAsync();
        Assert.Equal(0, time.Armed);
    }

    /// <summary>Moves the clock until it is so; the timer is begun after the first reading.</summary>
    private async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 3_000 && !isSo(); i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(10);
        }

        Assert.True(isSo());
    }

    /// <summary>Counts what was read.</summary>
    public sealed class Readings
    {
        private int plain;
        private int still;
        private int ticking;

        public int Plain => Volatile.Read(ref plain);

        public int Still => Volatile.Read(ref still);

        public int Ticking => Volatile.Read(ref ticking);

        public string ReadPlain() => $"{Interlocked.Increment(ref plain)}";

        public string ReadStill() => $"{Interlocked.Increment(ref still)}";

        public string ReadTicking() => $"{Interlocked.Increment(ref ticking)}";
    }

    /// <summary>Two views of a run at rest, of which one goes by the time.</summary>
    public sealed class Two : ViewComponent
    {
        private readonly LiveWatch<string> ticking;
        private readonly LiveWatch<string> still;

        public Two() => (ticking, still) = (Watch<string>(), Watch<string>());

        [Parameter]
        public Readings Readings { get; set; } = null!;

        [Parameter]
        public bool Ticks { get; set; } = true;

        protected override async Task WatchAsync()
        {
            var run = SomeRuns.Run() with { State = RunState.Finished, Counts = new(Completed: 4) };
            var readings = Readings;
            if (Ticks)
                await SetAsync(ticking, run, "ticking", (_, _) => Task.FromResult<string?>(readings.ReadTicking()), ticks: true);
            else
                await SetAsync(ticking, run, "plain", (_, _) => Task.FromResult<string?>(readings.ReadPlain()));
            await SetAsync(still, run, "still", (_, _) => Task.FromResult<string?>(readings.ReadStill()));
        }
    }

    /// <summary>Two things about digests.</summary>
    public sealed class Told : DigestComponent
    {
        private readonly LiveWatch<string> one;
        private readonly LiveWatch<string> other;

        public Told() => (one, other) = (Watch<string>(), Watch<string>());

        [Parameter]
        public Readings Readings { get; set; } = null!;

        protected override async Task WatchAsync()
        {
            var readings = Readings;
            await SetAsync(one, "one", _ => Task.FromResult<string?>(readings.ReadTicking()));
            await SetAsync(other, "other", _ => Task.FromResult<string?>(readings.ReadStill()));
        }
    }
}
