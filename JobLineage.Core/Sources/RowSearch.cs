using System.Diagnostics;

namespace JobLineage.Core.Sources;

/// <summary>
/// Finds the rows that make a statement fail, by halves, while all others are read. One for each reading of a batch. After
/// <see cref="MostStatements"/> statements it rests as long as they took; above <see cref="MostRows"/> rows it is the mapping that is wrong.
/// </summary>
/// <param name="source">The source's name.</param>
internal sealed class RowSearch(string source)
{
    /// <summary>Statements without a rest.</summary>
    public const int MostStatements = 200;

    /// <summary>Rows of one batch that are looked for.</summary>
    public const int MostRows = 100;

    private int statements;
    private int rows;
    private long began = Stopwatch.GetTimestamp();

    /// <summary>Reads all of these rows, and finds those that can't be read.</summary>
    /// <param name="ids">The rows.</param>
    /// <param name="read">Reads some of them: all or, when it throws, none.</param>
    /// <param name="found">Is given each row that can't be read.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="SourceProblemException">There are more than that.</exception>
    public async Task RunAsync(
        IReadOnlyList<string> ids, Func<IReadOnlyList<string>, Task> read, Func<string, Exception, Task> found, CancellationToken cancellation)
    {
        if (ids.Count == 0)
            return;
        var left = new Stack<(int From, int Count)>([(0, ids.Count)]);
        while (left.TryPop(out var part))
        {
            var some = part.Count == ids.Count ? ids : [.. ids.Skip(part.From).Take(part.Count)];
            if (await TryAsync(() => read(some), cancellation) is not { } error)
                continue;
            if (part.Count > 1)
            {
                var half = part.Count / 2;
                left.Push((part.From + half, part.Count - half));
                left.Push((part.From, half));
                continue;
            }

            if (++rows > MostRows)
            {
                throw new SourceProblemException(new(
                    SourceProblemKind.BadExpression,
                    $"More than {MostRows} rows of source '{source}' can't be read, the last of them row {some[0]} ({RowFaults.Reason(error)}): it is the mapping that is wrong. Mend it, or the rows."));
            }

            await found(some[0], error);
        }
    }

    /// <summary>Runs one statement of the search.</summary>
    /// <returns>The error when it is one of rows; null when it worked.</returns>
    public async Task<Exception?> TryAsync(Func<Task> read, CancellationToken cancellation)
    {
        if (statements >= MostStatements)
        {
            await Task.Delay(Stopwatch.GetElapsedTime(began), cancellation);
            (statements, began) = (0, Stopwatch.GetTimestamp());
        }

        statements++;
        try
        {
            await read();
            return null;
        }
        catch (Exception e) when (RowFaults.IsOfRows(e))
        {
            return e;
        }
    }
}
