using JobLineage.Core.Runs;

namespace JobLineage.Tests.Runs;

public sealed class PaceTests
{
    private readonly Pace _pace = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(40), rest: 4);

    [Fact]
    public void The_first_begins_at_once_and_so_does_one_after_a_silence()
    {
        Assert.Equal(0, Until(1_000));
        Begin(1_000);

        Assert.Equal(0, Until(5_000));
    }

    [Fact]
    public void What_comes_as_fast_as_it_can_begins_ten_times_a_second()
    {
        var begun = new List<double>();
        for (var now = 0.0; now < 10_000; now++)
        {
            if (Until(now) > 0)
                continue;
            Begin(now);
            begun.Add(now);
        }

        Assert.InRange(begun.Count, 100, 101);
        Assert.All(begun.Zip(begun.Skip(1), (one, next) => next - one), gap => Assert.InRange(gap, 60, 100));
    }

    [Fact]
    public void What_comes_ten_times_a_second_give_or_take_never_waits()
    {
        for (var i = 0; i < 1_000; i++)
        {
            var now = (i * 100) + (i % 3 * 15);
            Assert.Equal(0, Until(now));
            Begin(now);
        }
    }

    [Fact]
    public void What_is_costly_rests_for_a_multiple_of_what_it_took()
    {
        Begin(0);
        _pace.End(TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
        Assert.Equal(900, Until(300));

        Begin(1_200);
        _pace.End(TimeSpan.FromMilliseconds(1_200), TimeSpan.FromMilliseconds(5));
        Assert.Equal(55, Until(1_205));
    }

    private double Until(double now) => _pace.Until(TimeSpan.FromMilliseconds(now)).TotalMilliseconds;

    private void Begin(double now) => _pace.Begin(TimeSpan.FromMilliseconds(now));
}
