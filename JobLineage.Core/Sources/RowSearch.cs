namespace JobLineage.Core.Sources;

/// <summary>
/// Finds the rows that make a statement fail, by halves, while all others are read. One for each reading of a batch. After
/// <see cref="MostStatements"/> statements it rests as long as they took. Where more than <see cref="MostRows"/> rows, and more than one in
/// <see cref="OneIn"/>, fail that were not known before, it is the mapping that is wrong.
/// </summary>
/// <param name="source">The source's name.</param>
/// <param name="redaction">Takes secrets out of what the last error says.</param>
/// <param name="known">Rows of which it is known already, which count for nothing; null for none.</param>
/// <param name="time">The clock that it rests by.</param>
internal sealed class RowSearch(string source, Redaction redaction, IReadOnlySet<string>? known = null, TimeProvider? time = null)
{
    /// <summary>Statements without a rest.</summary>
    public const int MostStatements = 200;

    /// <summary>Rows that may fail whatever share of all they are.</summary>
    public const int MostRows = 100;

    /// <summary>The share of rows that may fail.</summary>
    public const int OneIn = 10;

    private readonly TimeProvider clock = time ?? TimeProvider.System;
    private int statements;
    private long looked;
    private long failed;
    private long? began;

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
        looked += ids.Count;
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

            if (known?.Contains(some[0]) != true && ++failed > Math.Max(MostRows, looked / OneIn))
            {
                throw new SourceProblemException(new(
                    SourceProblemKind.BadExpression,
                    $"More than {failed - 1} rows of source '{source}' can't be read, the last of them row {RowFaults.Shown(some[0])} ({RowFaults.Reason(error, redaction)}): it is the mapping that is wrong. Mend it, or the rows."));
            }

            await found(some[0], error);
        }
    }

    /// <summary>Runs one statement of the search.</summary>
    /// <returns>The error when it is one of rows; null when it worked.</returns>
    public async Task<Exception?> TryAsync(Func<Task> read, CancellationToken cancellation)
    {
        began ??= clock.GetTimestamp();
        if (statements >= MostStatements)
        {
            await Task.Delay(clock.GetElapsedTime(began.Value), clock, cancellation);
            (statements, began) = (0, clock.GetTimestamp());
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
