using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Jobs that lie together in an index.</summary>
/// <param name="Stage">The stage's number.</param>
/// <param name="Key">The state's number, or that of the fingerprint.</param>
/// <param name="Rank">All of a lower rank come first.</param>
internal sealed record Slice(long Stage, int Key, int Rank);

/// <summary>The place of a job in the merged order.</summary>
internal readonly record struct SlicePlace(int Rank, DateTime? At, string Id);

/// <summary>
/// Many slices as one list in order, read in pieces and only as far as it is asked for: what it costs grows with what is
/// taken and with the number of slices, not with the size of the run. Jobs without a time come last, whatever their rank.
/// </summary>
internal sealed class SliceMerge(NpgsqlConnection connection, short source, SliceKind kind, IReadOnlyList<Slice> slices, bool newestFirst)
    : IComparer<SlicePlace>
{
    private const int LargestPiece = 4_000;

    private string At => kind.Time();

    private string Key => kind == SliceKind.Failed ? "j.fingerprint = p.key" : "j.state = p.key";

    /// <summary>The jobs behind a place (null: from the first).</summary>
    /// <param name="after">The place.</param>
    /// <param name="expected">About how many will be taken.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async IAsyncEnumerable<SlicePlace> ReadAsync(
        SlicePlace? after, int expected, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (after is null or { At: not null })
        {
            await foreach (var place in MergeAsync(timed: true, after, expected, cancellation))
                yield return place;
            after = null;
        }

        // The index of finished jobs has none without a time.
        if (kind == SliceKind.Finished)
            yield break;
        await foreach (var place in MergeAsync(timed: false, after, expected, cancellation))
            yield return place;
    }

    /// <inheritdoc />
    public int Compare(SlicePlace a, SlicePlace b)
    {
        var order = (a.At is null).CompareTo(b.At is null);
        if (order != 0)
            return order;
        order = a.Rank.CompareTo(b.Rank);
        if (order != 0)
            return order;
        order = Nullable.Compare(a.At, b.At);
        if (order == 0)
            order = Bytes(a.Id).CompareTo(Bytes(b.Id)) is var shorter and not 0 ? shorter : string.CompareOrdinal(a.Id, b.Id);
        return newestFirst ? -order : order;
    }

    // As length() counts: characters, of which some are two of ours.
    private static int Bytes(string id) => id.Length - id.Count(char.IsLowSurrogate);

    private async IAsyncEnumerable<SlicePlace> MergeAsync(
        bool timed, SlicePlace? after, int expected, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var most = Math.Min(expected + 1, LargestPiece);
        var piece = Math.Clamp((expected + 1) * 4 / Math.Max(1, slices.Count), Math.Min(8, most), most);
        var runs = slices.Where(slice => after is null || slice.Rank >= after.Value.Rank)
            .Select(slice => new Run(slice, slice.Rank == after?.Rank ? after : null, piece))
            .ToList();
        await FillAsync(runs, timed, cancellation);
        var queue = new PriorityQueue<Run, SlicePlace>(this);
        foreach (var run in runs.Where(run => run.Places.Count > 0))
            queue.Enqueue(run, run.Places.Peek());
        while (queue.TryDequeue(out var run, out _))
        {
            var place = run.Places.Dequeue();
            yield return place;
            if (run.Places.Count == 0 && !run.IsAtEnd)
                await FillAsync([run], timed, cancellation);
            if (run.Places.Count > 0)
                queue.Enqueue(run, run.Places.Peek());
        }
    }

    /// <summary>Reads the next piece of each of these slices, all of which have pieces of one size.</summary>
    private async Task FillAsync(List<Run> runs, bool timed, CancellationToken cancellation)
    {
        if (runs.Count == 0)
            return;
        var piece = runs[0].Piece;
        var direction = newestFirst ? "desc" : "asc";
        var behind = newestFirst ? "<" : ">";
        await using var command = new NpgsqlCommand(
            $"""
            select p.n, x.at, x.id
            from unnest($1, $2, $3, $4, $5, $6) p (n, stage, key, at, len, id)
            cross join lateral (
                select {At} as at, j.id
                from job_lineage.job j
                where j.source_id = $8 and j.stage_id = p.stage and {Key} and {JobIs.Counted()} {(kind == SliceKind.Failed ? "and j.fingerprint is not null" : "")}
                    {(timed
                        ? $"and {At} is not null and ({At}, length(j.id), j.id) {behind} (p.at, p.len, p.id)"
                        : $"and {At} is null and (p.id is null or (length(j.id), j.id) {behind} (p.len, p.id))")}
                order by {At} {direction}, length(j.id) {direction}, j.id {direction}
                limit $7 offset 0) x
            """, connection)
        { CommandTimeout = ViewsReader.TimeoutSeconds };
        var start = newestFirst ? DateTimeOffset.MaxValue : DateTimeOffset.MinValue;
        command.With(
            Parameters.Ints(Enumerable.Range(0, runs.Count)), Parameters.Longs(runs.Select(run => run.Slice.Stage)),
            Parameters.Ints(runs.Select(run => run.Slice.Key)), Parameters.Times(runs.Select(run => (DateTimeOffset?)(run.Last?.At is { } at ? new(at.Ticks, TimeSpan.Zero) : start))),
            Parameters.Ints(runs.Select(run => run.Last is { } last ? Bytes(last.Id) : newestFirst ? int.MaxValue : 0)),
            Parameters.Texts(runs.Select(run => run.Last?.Id ?? (timed ? "" : null))), piece, source);
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var run = runs[reader.GetInt32(0)];
                run.Read.Add(new(run.Slice.Rank, reader.TimeAt(1)?.UtcDateTime, reader.GetString(2)));
            }
        }

        foreach (var run in runs)
            run.Take(piece);
    }

    /// <summary>One slice as far as it is read.</summary>
    private sealed class Run(Slice slice, SlicePlace? after, int piece)
    {
        public Slice Slice => slice;

        public int Piece { get; private set; } = piece;

        public SlicePlace? Last { get; private set; } = after;

        public List<SlicePlace> Read { get; } = [];

        public Queue<SlicePlace> Places { get; } = [];

        public bool IsAtEnd { get; private set; }

        public void Take(int asked)
        {
            // In the order of the index already: a nested loop keeps it, and nothing else can join a lateral limit.
            IsAtEnd = Read.Count < asked;
            foreach (var place in Read)
                Places.Enqueue(place);
            if (Read.Count > 0)
                Last = Read[^1];
            Read.Clear();
            // The further it goes the more is likely to be wanted.
            Piece = Math.Min(Piece * 4, LargestPiece);
        }
    }
}
