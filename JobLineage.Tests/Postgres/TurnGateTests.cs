using JobLineage.Core.Postgres;

namespace JobLineage.Tests.Postgres;

public sealed class TurnGateTests
{
    [Fact]
    public async Task Places_are_given_in_the_order_in_which_they_were_asked_for()
    {
        var gate = new TurnGate(1);
        var first = await gate.EnterAsync(default);
        var waiting = Enumerable.Range(0, 5).Select(_ => gate.EnterAsync(default)).ToList();
        Assert.Equal(5, gate.Waiting);
        first.Dispose();
        foreach (var next in waiting)
        {
            Assert.All(waiting.SkipWhile(w => w != next).Skip(1), later => Assert.False(later.IsCompleted));
            (await next).Dispose();
        }

        Assert.Equal(0, gate.Waiting);
        Assert.True(gate.EnterAsync(default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Whoever_stops_waiting_takes_no_place_and_a_place_is_given_back_once()
    {
        var gate = new TurnGate(1);
        var first = await gate.EnterAsync(default);
        using var stop = new CancellationTokenSource();
        var given = gate.EnterAsync(stop.Token);
        var last = gate.EnterAsync(default);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(last.IsCompleted);
        first.Dispose();
        first.Dispose();
        var held = await last;
        Assert.False(gate.EnterAsync(default).IsCompleted);
        held.Dispose();
    }

    [Fact]
    public async Task A_user_gets_the_place_that_he_had_and_another_one_learns_whose_it_was()
    {
        var gate = new TurnGate(3);
        var (one, two) = (new object(), new object());
        (await gate.EnterAsync(one, default)).Dispose();
        // There still are places that nobody had.
        using var other = await gate.EnterAsync(two, default);
        Assert.Null(other.Last);
        using var own = await gate.EnterAsync(one, default);
        Assert.Same(one, own.Last);
        using var third = await gate.EnterAsync(two, default);
        Assert.Null(third.Last);
        var waiting = gate.EnterAsync(two, default);
        own.Dispose();
        Assert.Same(one, (await waiting).Last);
    }
}
