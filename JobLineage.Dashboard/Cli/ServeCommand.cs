using System.CommandLine;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>serve</c>: the dashboard.</summary>
public static class ServeCommand
{
    /// <summary>What it is called.</summary>
    public const string Name = "serve";

    /// <summary>The verb.</summary>
    public static Command Create() => AddTo(new Command(Name, "Run the dashboard (the default verb)."));

    /// <summary>Makes a command without a verb serve.</summary>
    public static void ConfigureDefault(RootCommand root) => AddTo(root);

    /// <summary>The addresses to listen on.</summary>
    internal static Option<string?> UrlsOption() => new("--urls")
    {
        Description = "Addresses to listen on, separated by ';'. Default: as configured, else http://127.0.0.1:5080.",
        HelpName = "URLS",
    };

    private static TCommand AddTo<TCommand>(TCommand command) where TCommand : Command
    {
        var urls = UrlsOption();
        command.Options.Add(urls);
        command.SetAction(async (parse, cancellation) =>
        {
            var arguments = new DashboardArguments { Urls = parse.GetValue(urls), Verbose = parse.GetValue(CommandLine.Verbose) };
            var output = parse.InvocationConfiguration.Output;
            await using var store = await PrivateStore.OpenAsync(CheckedSettings.Read(arguments), data => data, output, cancellation);
            await using var app = DashboardHost.Build(store.Complete(arguments), DashboardData.AddTo);
            await DashboardRun.ServeAsync(app, output, cancellation);
            return ExitCodes.Ok;
        });
        return command;
    }
}
