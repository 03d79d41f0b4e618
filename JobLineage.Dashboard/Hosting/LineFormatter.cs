using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace JobLineage.Dashboard.Hosting;

/// <summary>One line per event: when, how bad, what. Line breaks that came with data do not make lines of their own.</summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The formatter's name in <c>Logging:Console:FormatterName</c>.</summary>
    public const string FormatterName = "line";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter writer)
    {
        writer.Write(time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z '"));
        writer.Write(Label(entry.LogLevel));
        WriteOnOneLine(entry.Formatter(entry.State, entry.Exception), writer);
        if (entry.Exception is { } exception && entry.LogLevel >= LogLevel.Error)
        {
            writer.WriteLine();
            writer.Write(exception.ToString());
        }
        else if (entry.Exception is { } known)
        {
            WriteOnOneLine($" ({known.GetType().Name}: {known.Message})", writer);
        }

        writer.WriteLine();
    }

    private static void WriteOnOneLine(string text, TextWriter writer)
    {
        foreach (var c in text)
            writer.Write(char.IsControl(c) ? ' ' : c);
    }

    private static string Label(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace ",
        LogLevel.Debug => "debug ",
        LogLevel.Information => "info  ",
        LogLevel.Warning => "warn  ",
        LogLevel.Error => "error ",
        LogLevel.Critical => "crit  ",
        _ => "",
    };
}

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
    public static void AddConsoleLines(this ILoggingBuilder logging, Func<bool> hasStarted, bool verbose)
    {
        logging.ClearProviders();
        logging.AddConsole(o => o.FormatterName = LineFormatter.FormatterName);
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        if (verbose)
            return;
        foreach (var category in Starters)
            logging.AddFilter(category, level => level >= LogLevel.Warning && (level < LogLevel.Error || hasStarted()));
    }
}
