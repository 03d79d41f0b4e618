using Microsoft.Extensions.Logging.Console;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Sets up the console log.</summary>
internal static class ConsoleLog
{
    // What keeps the program from starting is said once, as a sentence at the end, not as three stack traces before it.
    private static readonly string[] Starters =
        ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Hosting.Diagnostics"];

    /// <summary>One line per event; errors of the start itself only once it has succeeded.</summary>
    /// <param name="logging">The log of the application.</param>
    /// <param name="hasStarted">Whether the start is over.</param>
    /// <param name="verbose">Whether everything is logged, always.</param>
    /// <param name="configuration">Levels, for a log that is not the host's: the host's own has read them.</param>
    public static void AddConsoleLines(
        this ILoggingBuilder logging, Func<bool> hasStarted, bool verbose, IConfiguration? configuration = null)
    {
        if (configuration is not null)
        {
            logging.AddConfiguration(configuration.GetSection("Logging"));
            logging.Services.AddSingleton(TimeProvider.System);
        }

        logging.ClearProviders();
        logging.AddConsole(o => o.FormatterName = LineFormatter.FormatterName);
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        if (verbose)
            return;
        foreach (var category in Starters)
            logging.AddFilter(category, level => level >= LogLevel.Warning && (level < LogLevel.Error || hasStarted()));
    }
}
