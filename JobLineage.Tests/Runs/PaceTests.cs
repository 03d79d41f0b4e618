using JobLineage.Core.Runs;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Runs;

public sealed class PaceTests
{
    private readonly TestClock _time = new();
    private readonly Pace _pace;

    public PaceTests() => _pace = new(_time, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(40), rest: 4);

    [Fact]
    public void The_first_begins_at_once_and_so_does_one_after_a_silence()
    {
        Assert.Equal(0, Left);
        _pace.Begin();
        Assert.Equal(60, Left);

        Pass(5_000);
        Assert.Equal(0, Left);
    }

    [Fact]
    public void What_comes_as_fast_as_it_can_begins_ten_times_a_second()
    {
        var begun = new List<int>();
        for (var now = 0; now < 10_000; now++, Pass(1))
        {
            if (Left > 0)
                continue;
            _pace.Begin();
            begun.Add(now);
        }

        Assert.InRange(begun.Count, 100, 101);
        Assert.All(begun.Zip(begun.Skip(1), (one, next) => next - one), gap => Assert.InRange(gap, 60, 100));
    }

    [Fact]
    public void What_comes_ten_times_a_second_give_or_take_never_waits()
    {
        // At 0, 115, 230, 300, 415 ...
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal(0, Left);
            _pace.Begin();
            Pass(i % 3 == 2 ? 70 : 115);
        }
    }

    [Fact]
    public void What_is_costly_rests_for_a_multiple_of_what_it_took()
    {
        _pace.Begin();
        Pass(300);
        _pace.End();
        Assert.Equal(900, Left);

        Pass(900);
        _pace.Begin();
        Pass(5);
        _pace.End();
        Assert.Equal(55, Left);
    }

    [Fact]
    public void A_fraction_of_a_millisecond_is_waited_for_as_a_whole_one()
    {
        _pace.Begin();
        Pass(59.9);

        Assert.Equal(1, Left);
    }

    private double Left => _pace.Until().TotalMilliseconds;

    private void Pass(double milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
