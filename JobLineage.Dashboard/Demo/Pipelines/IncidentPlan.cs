using System.Collections.Concurrent;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>What becomes of a page.</summary>
internal enum PageFate
{
    Spawns,
    SpawnsAtSecondAttempt,
    Childless,
    Discarded,
    Cancelled,
}

/// <summary>What becomes of a showtime.</summary>
internal enum ShowtimeFate
{
    Completed,
    CompletedAfterSnooze,
    Discarded,
    Cancelled,
    SnoozedForLong,
    RateLimited,
}

/// <summary>A page and what it spawns.</summary>
internal sealed record PagePlan(int Index, PageFate Fate, IReadOnlyList<string> Languages, IReadOnlyList<ShowtimeFate> Showtimes);

/// <summary>
/// The whole of an incident, from its sync key alone: 108 pages were expected and 83 come, and exactly 1,111 showtimes are
/// discarded, for the movies' details are not ready: the detail queue was paused after 29 of them.
/// </summary>
internal sealed class IncidentPlan
{
    public const int ExpectedPages = 108;
    public const int Pages = 83;
    public const int PagesOfFirstAttempt = 60;
    public const int DiscardedShowtimes = 1_111;
    public const int DetailsBeforePause = 29;

    private const int Showtimes = 1_500;

    private static readonly ConcurrentDictionary<string, IncidentPlan> Known = [];

    private IncidentPlan(string sync)
    {
        var dice = new Dice(sync);
        var fates = PageFates(dice);
        var sizes = Sizes(fates, dice);
        var showtimes = ShowtimeFates(fates, sizes, dice);
        PagePlans = [.. fates.Select((fate, index) => new PagePlan(
            index, fate, sizes[index] == 0 ? [] : index % 5 == 0 ? ["pl", "en"] : ["pl"], showtimes[index]))];
    }

    /// <summary>The pages that come, by index.</summary>
    public IReadOnlyList<PagePlan> PagePlans { get; }

    /// <summary>The plan of a sync; the same for the same key, always.</summary>
    public static IncidentPlan For(string sync) => Known.GetOrAdd(sync, key => new IncidentPlan(key));

    private static PageFate[] PageFates(Dice dice)
    {
        var fates = new PageFate[Pages];
        var fallen = Enumerable.Range(5, Pages - 5).ToArray();
        dice.Shuffle(fallen);
        foreach (var (index, place) in fallen.Take(11).Select((index, place) => (index, place)))
        {
            fates[index] = place switch
            {
                < 2 => PageFate.Discarded,
                2 => PageFate.Cancelled,
                < 6 => PageFate.Childless,
                _ => PageFate.SpawnsAtSecondAttempt,
            };
        }

        return fates;
    }

    private static int[] Sizes(PageFate[] fates, Dice dice)
    {
        var spawning = Enumerable.Range(0, Pages).Where(index => fates[index] is PageFate.Spawns or PageFate.SpawnsAtSecondAttempt).ToArray();
        var sizes = new int[Pages];
        for (var place = 0; place < Showtimes; place++)
            sizes[spawning[place % spawning.Length]]++;
        for (var move = 0; move < 400; move++)
        {
            var (from, to) = (dice.Pick(spawning), dice.Pick(spawning));
            if (from != to && sizes[from] > 8 && sizes[to] < 34)
                (sizes[from], sizes[to]) = (sizes[from] - 1, sizes[to] + 1);
        }

        return sizes;
    }

    private static ShowtimeFate[][] ShowtimeFates(PageFate[] fates, int[] sizes, Dice dice)
    {
        ShowtimeFate[] others =
        [
            .. Enumerable.Repeat(ShowtimeFate.Cancelled, 24),
            .. Enumerable.Repeat(ShowtimeFate.CompletedAfterSnooze, 20),
            .. Enumerable.Repeat(ShowtimeFate.SnoozedForLong, 11),
            .. Enumerable.Repeat(ShowtimeFate.RateLimited, 7),
        ];
        var good = new ShowtimeFate[Showtimes - DiscardedShowtimes];
        others.CopyTo(good, 0);
        dice.Shuffle(good);

        // The first movies still get their details, so most of what goes well is among the first pages.
        var places = Enumerable.Range(0, fates.Length)
            .SelectMany(page => Enumerable.Range(0, sizes[page]).Select(number => (page, number, order: page + dice.Next(45))))
            .OrderBy(place => place.order)
            .ToArray();
        var result = sizes.Select(size => Enumerable.Repeat(ShowtimeFate.Discarded, size).ToArray()).ToArray();
        for (var place = 0; place < good.Length; place++)
            result[places[place].page][places[place].number] = good[place];
        return result;
    }
}
