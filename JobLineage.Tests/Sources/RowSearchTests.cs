using JobLineage.Core.Sources;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Sources;

/// <summary>The search for rows that make a statement fail.</summary>
public sealed class RowSearchTests
{
    private readonly TestClock clock = new();
    private readonly List<string> found = [];
    private int statements;

    [Fact]
    public async Task After_so_many_statements_it_rests_as_long_as_they_took()
    {
        var running = RunAsync(new("t", new(), time: clock), Ids(1_000), Enumerable.Range(0, 40).Select(i => i * 25), TimeSpan.FromMilliseconds(10));
        // It stands at its first rest, whatever the machine does: nothing but the clock lets it go on.
        Assert.Equal(RowSearch.MostStatements, statements);
        Assert.False(running.IsCompleted);
        clock.Advance(RowSearch.MostStatements * TimeSpan.FromMilliseconds(10) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(RowSearch.MostStatements, statements);
        while (!running.IsCompleted)
            clock.Advance(TimeSpan.FromMilliseconds(1));
        await running;
        Assert.Equal(40, found.Count);
        Assert.True(statements > RowSearch.MostStatements);
    }

    [Theory]
    [InlineData(200, 100, true)]
    [InlineData(200, 101, false)]
    [InlineData(5_000, 500, true)]
    [InlineData(5_000, 501, false)]
    public async Task Above_a_hundred_rows_and_a_tenth_of_them_it_is_the_mapping_that_is_wrong(int rows, int bad, bool isRead)
    {
        var running = RunUntilAsync(new("t", new(), time: clock), rows, Enumerable.Range(0, bad));
        if (isRead)
        {
            await running;
            Assert.Equal(bad, found.Count);
            return;
        }

        var problem = (await Assert.ThrowsAsync<SourceProblemException>(() => running)).Problem;
        Assert.Equal(SourceProblemKind.BadExpression, problem.Kind);
        Assert.StartsWith($"More than {bad - 1} rows of source 't' can't be read, the last of them row {bad - 1} (password=[redacted]", problem.Message);
    }

    [Fact]
    public async Task What_is_known_already_counts_for_nothing()
    {
        var known = Ids(300).ToHashSet(StringComparer.Ordinal);
        await RunUntilAsync(new("t", new(), known, clock), 310, Enumerable.Range(0, 310));
        Assert.Equal(310, found.Count);
    }

    private static string[] Ids(int rows) => [.. Enumerable.Range(0, rows).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    private async Task RunUntilAsync(RowSearch search, int rows, IEnumerable<int> bad)
    {
        var running = RunAsync(search, Ids(rows), bad, TimeSpan.Zero);
        while (!running.IsCompleted)
            clock.Advance(TimeSpan.FromSeconds(1));
        await running;
    }

    private Task RunAsync(RowSearch search, string[] ids, IEnumerable<int> bad, TimeSpan takes)
    {
        var poison = bad.Select(i => ids[i]).ToHashSet(StringComparer.Ordinal);
        return search.RunAsync(
            ids,
            some =>
            {
                statements++;
                clock.Advance(takes);
                return some.Any(poison.Contains) ? throw new FormatException("password=hunter2") : Task.CompletedTask;
            },
            (id, _) =>
            {
                found.Add(id);
                return Task.CompletedTask;
            },
            default);
    }
}
