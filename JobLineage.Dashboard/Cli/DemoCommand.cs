using System.CommandLine;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Demo;
using JobLineage.Dashboard.Hosting;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>demo</c>: the dashboard over a private Postgres in which two pipelines run.</summary>
public static class DemoCommand
{
    /// <summary>What it is called.</summary>
    public const string Name = "demo";

    private const string SourceDatabase = "demo";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var urls = ServeCommand.UrlsOption();
        var speed = new Option<double>("--speed")
        {
            Description = "How many times faster than real time the pipelines run.",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        speed.Between(0.1, 100, "--speed must be a number from 0.1 to 100.");
        var command = new Command(Name, "Run the dashboard with simulated live pipelines; needs only the Postgres binaries.");
        command.Options.Add(urls);
        command.Options.Add(speed);
        command.SetAction(async (parse, cancellation) =>
        {
            var arguments = new DashboardArguments
            {
                Urls = parse.GetValue(urls),
                Verbose = parse.GetValue(CommandLine.Verbose),
                // A demo started beside a real configuration reads no real queue and mails nobody.
                OwnSections = ["ConnectionStrings", "JobLineage:Sources", "JobLineage:Digest"],
            };
            await RunAsync(arguments, parse.GetValue(speed), parse.InvocationConfiguration.Output, cancellation);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task RunAsync(
        DashboardArguments arguments, double speed, TextWriter output, CancellationToken cancellation)
    {
        await using var store = await PrivateStore.OpenAsync(CheckedSettings.Read(arguments), data => Path.Combine(data, "demo"), output, cancellation);
        var source = await store.Postgres!.CreateDatabaseAsync(SourceDatabase, cancellation);
        await DemoDatabase.CreateAsync(source, TimeProvider.System, midIncident: true, cancellation);
        await InstallAsync(source, cancellation);

        await using var app = DashboardHost.Build(
            store.Complete(arguments with { Settings = Sources(source) }),
            setup =>
            {
                DashboardData.AddTo(setup);
                DemoSimulator.AddTo(setup.Builder.Services, source, new() { Speed = speed });
            });
        await DashboardRun.ServeAsync(app, output, cancellation);
    }

    /// <summary>The demo runs on push.</summary>
    private static async Task InstallAsync(string source, CancellationToken cancellation)
    {
        await using var database = PostgresConnections.ForVerb(source, "demo");
        foreach (var preset in (string[])["oban", "research_jobs"])
            await new TriggerInstaller(Presets.Find(preset, preset)!, database).InstallAsync(cancellation: cancellation);
    }

    /// <summary>The two sources of the demo, as an operator would configure them.</summary>
    private static Dictionary<string, string?> Sources(string source) => new()
    {
        // The story is told in minutes: what waits for one is worth a word.
        ["JobLineage:Stuck:After"] = "00:01:00",
        ["JobLineage:Sources:oban:Preset"] = "oban",
        ["JobLineage:Sources:oban:ConnectionString"] = source,
        ["JobLineage:Sources:research_jobs:Preset"] = "research_jobs",
        ["JobLineage:Sources:research_jobs:ConnectionString"] = source,
        ["JobLineage:Digest:Channel"] = "File",
        ["JobLineage:Digest:Cron"] = "0 0/5 * * * ?",
    };
}
