using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>What else goes on in a busy application: mails, a nightly job or two, a small pipeline that goes well.</summary>
internal sealed class BackgroundTraffic(ObanSystem oban, string seed, ILogger logger)
{
    private readonly Dice _dice = new($"{seed}/traffic");
    private int _emails;

    public Task RunAsync(CancellationToken cancellation)
    {
        Func<CancellationToken, Task> Every(string name, double seconds, Func<NewObanJob> next) => stop => DemoLoop.RunAsync(
            name,
            oban.Clock.Scale(TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(100)),
            () => oban.InsertAsync([next()], stop),
            oban.Clock,
            logger,
            stop);

        return DemoLoop.TogetherAsync(
            cancellation,
            Every("emails", 2, () => Locked(() => Singles.NewEmail(++_emails, _dice))),
            Every("unsplash", 35, () => Locked(() => Singles.NewUnsplash(_dice))),
            Every("sitemap", 60, Singles.NewSitemap),
            Every("cinema city", 240, () => CinemaCity.Root(oban.Clock.Now)));
    }

    // The loops share the dice, and Random is not for two at a time.
    private NewObanJob Locked(Func<NewObanJob> next)
    {
        lock (_dice)
            return next();
    }
}
