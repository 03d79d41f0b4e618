using JobLineage.Core.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace JobLineage.Dashboard.Hosting;

/// <summary>One line per event: when, how bad, what. Line breaks that came with data do not make lines of their own.</summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The formatter's name in <c>Logging:Console:FormatterName</c>.</summary>
    public const string FormatterName = "line";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopes, TextWriter writer)
    {
        writer.Write(Format.Stamp(time.GetUtcNow()) + " ");
        writer.Write(Label(entry.LogLevel));
        WriteOnOneLine(entry.Formatter(entry.State, entry.Exception), writer);
        if (entry.Exception is { } exception && entry.LogLevel >= LogLevel.Error)
        {
            writer.WriteLine();
            writer.Write(VisibleText.Lines(exception.ToString()));
        }
        else if (entry.Exception is { } known)
        {
            WriteOnOneLine($" ({known.GetType().Name}: {known.Message})", writer);
        }

        writer.WriteLine();
    }

    private static void WriteOnOneLine(string text, TextWriter writer) =>
        writer.Write(VisibleText.Line(text.ReplaceLineEndings(" ").Replace('\t', ' ')));

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
