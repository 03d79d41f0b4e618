using JobLineage.Core.Model;
using JobLineage.Dashboard.Cli;

namespace JobLineage.Tests.Cli;

/// <summary>The queues of a source as lines of a terminal.</summary>
public sealed class QueuesTextTests
{
    [Fact]
    public void Rates_are_written_as_everywhere_and_what_is_not_known_is_a_dash()
    {
        var at = new DateTimeOffset(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);
        var text = QueuesCommand.Text(new("oban", at, null, null,
        [
            new("mail") { Ready = 3, StartsPerMinute = 1_234.56, FinishesPerMinute = 2.5 },
            new("ops") { StartsPerMinute = 12.34, Said = new(null, null, null, "queue", null, []) },
        ]));

        Assert.Equal(
            """
            queue  ready  running  scheduled  retry  suspended  oldest ready  starts/min  ends/min  last start
            mail       3        0          0      0          0             –       1,235       2.5           –
            ops        0        0          0      0          0             –          12         –           –

            """, text, ignoreLineEndingDifferences: true);
    }
}
