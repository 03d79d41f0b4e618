using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>Which of some runs a filter finds: those that hold all its texts, and a job that meets all that it asks of jobs.</summary>
internal sealed class RunSearch
{
    private readonly IReadOnlyList<RunTextFilter> texts;
    private readonly RunJobsFilter? jobs;

    private RunSearch(IReadOnlyList<RunTextFilter> texts, RunJobsFilter? jobs) => (this.texts, this.jobs) = (texts, jobs);

    /// <summary>The runs that a text names, and which nothing else is asked of: they stand before all others.</summary>
    public IReadOnlyCollection<long> Named => jobs is null && texts is [var one] ? one.Named : [];

    /// <summary>The runs that it can be at all; null: any.</summary>
    public IReadOnlyCollection<long>? Only => jobs?.Only;

    /// <summary>Runs whose jobs could not all be looked at: whether they match is not known.</summary>
    public long PassedOver => jobs?.PassedOver ?? 0;

    /// <summary>Looks up what the filter's names stand for.</summary>
    /// <param name="connection">In the caller's snapshot.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="now">The moment from which spans are counted.</param>
    /// <param name="limit">How long jobs may be looked at.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<RunSearch> ReadAsync(
        NpgsqlConnection connection, JobFilter filter, DateTimeOffset now, TimeLimit limit, CancellationToken cancellation)
    {
        var texts = new List<RunTextFilter>();
        foreach (var text in filter.Texts)
            texts.Add(await RunTextFilter.ReadAsync(connection, text, cancellation));
        return new(texts, filter.OfJobs is { IsAll: false } asked ? await RunJobsFilter.ReadAsync(connection, asked, now, limit, cancellation) : null);
    }

    /// <summary>Those that it finds; and how many of the places, from the first on, were looked at before the time was up: at least one of the first page.</summary>
    public async Task<(HashSet<long> Found, int Looked)> LookAsync(IReadOnlyList<RunPlace> places, CancellationToken cancellation)
    {
        var left = places.ToList();
        foreach (var text in texts)
        {
            var holding = await text.MatchingAsync(left, cancellation);
            left.RemoveAll(place => !holding.Contains(place.Id) && !text.Named.Contains(place.Id));
        }

        if (jobs is null)
            return ([.. left.Select(place => place.Id)], places.Count);
        var (found, undecided) = await jobs.LookAsync(left, cancellation);
        return (found, undecided is { } first ? places.ToList().FindIndex(place => place.Id == first) : places.Count);
    }
}
