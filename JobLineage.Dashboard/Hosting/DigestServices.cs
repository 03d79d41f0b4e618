using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;
using JobLineage.Dashboard.Live;
using Npgsql;
using Quartz;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Where the failure digest joins the host: settings, channel, schedule, sender.</summary>
internal static class DigestServices
{
    private const string ClientName = "digest";

    /// <summary>Registers the reader of digests and, where a channel is configured, what makes and sends them.</summary>
    public static void AddTo(DashboardSetup setup)
    {
        var settings = DigestSettings.Read(setup.Builder.Configuration, setup.Options, setup.Errors);
        var services = setup.Builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(DigestPlans.Of(settings));
        services.AddSingleton<IDigestReader>(s => new DigestReader(s.GetRequiredService<NpgsqlDataSource>(), settings.Since, settings.Overdue));
        services.AddSingleton<IFailureReader>(s => new FailureReader(s.GetRequiredService<NpgsqlDataSource>(), settings.Since));
        services.AddSingleton<IMutes>(s => new Mutes(s.GetRequiredService<NpgsqlDataSource>()));
        if (settings.Channel is null || setup.Errors.Sentences.Count > 0)
            return;
        // The loggers would write addresses, and Slack's is a secret.
        services.AddHttpClient(ClientName).RemoveAllLoggers().ConfigurePrimaryHttpMessageHandler(Handler)
            .ConfigureHttpClient(c => c.Timeout = Timeout.InfiniteTimeSpan);
        services.AddSingleton(s => Maker(
            settings, s.GetRequiredService<ConfiguredSources>() is { IsEmpty: false } configured ? configured.Names : null, s.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton(s => new DigestRetention(s.GetRequiredService<NpgsqlDataSource>(), settings.KeepFor));
        services.AddSingleton<ITestMessages>(s => new TestMessages(
            s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<IDigestChannel>(), settings.Delivery.Timeout, settings.BaseUrl,
            s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => Channel(
            settings, s.GetRequiredService<IHttpClientFactory>().CreateClient(ClientName), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => Sender(
            settings, s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<IDigestChannel>(), s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<DigestRuns>();
        services.AddHostedService(s => s.GetRequiredService<DigestRuns>());
        services.AddQuartz(q => q.ScheduleJob<ScheduledDigest>(trigger => trigger.WithIdentity("digest").WithCronSchedule(settings.Cron, _ => { })));
        services.AddQuartzHostedService(o => o.WaitForJobsToComplete = true);
    }

    /// <summary>What makes the digests of a store; <paramref name="sources"/> are <see cref="DigestMaker.Sources"/>.</summary>
    public static DigestMaker Maker(DigestSettings settings, IReadOnlyCollection<string>? sources, NpgsqlDataSource store) =>
        new(store, settings.BaseUrl, settings.Since) { Overdue = settings.Overdue, Sources = sources };

    /// <summary>The channel of the settings.</summary>
    public static IDigestChannel Channel(DigestSettings settings, HttpClient client, TimeProvider time) => settings.ChannelOptions switch
    {
        SendGridOptions sendGrid => new SendGridChannel(client, sendGrid, time),
        SmtpOptions smtp => new SmtpChannel(smtp),
        SlackOptions slack => new SlackChannel(client, slack, time),
        WebhookOptions webhook => new WebhookChannel(client, webhook, time),
        FolderOptions file => new FileChannel(file),
        _ => throw new InvalidOperationException("No channel is configured."),
    };

    /// <summary>What sends the digests of a store.</summary>
    public static DigestSender Sender(DigestSettings settings, NpgsqlDataSource store, IDigestChannel channel, TimeProvider time, ILoggerFactory logs) =>
        new(new(store), channel, settings.Delivery, time, logs.CreateLogger<DigestSender>());

    /// <summary>Follows no redirection: keys and signatures would go with it.</summary>
    public static SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    };
}
