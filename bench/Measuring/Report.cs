using System.Globalization;
using Spectre.Console;

namespace JobLineage.Bench.Measuring;

/// <summary>Prints tables for the eye, and the same as Markdown lines for the README.</summary>
internal sealed class Report(IAnsiConsole console)
{
    /// <summary>A line of plain text.</summary>
    public void Note(string text) => console.Profile.Out.Writer.WriteLine(text);

    /// <summary>Says what takes a while, and does it.</summary>
    public Task<T> WhileAsync<T>(string what, Func<Task<T>> run) => console.Status().StartAsync(Markup.Escape(what), _ => run());

    /// <summary>Variants side by side.</summary>
    public void Paired(string title, int rounds, IReadOnlyList<Measured> measured) => Table(
        $"{title} ({rounds} rounds)",
        ["variant", "median", "p95", "fastest", "of the first"],
        [.. measured.Select(one => new[] { one.Name, Time(one.Median), Time(one.P95), Time(one.Fastest), Ratio(one.Ratio) })]);

    /// <summary>Rates.</summary>
    public void Rates(string title, IReadOnlyList<Throughput> measured) => Table(
        title,
        ["what", "count", "took", "per second"],
        [.. measured.Select(one => new[] { one.Name, Number(one.Count), Time(one.Took), Number((long)one.PerSecond) })]);

    /// <summary>Any table: the first columns are text, the others are figures.</summary>
    public void Table(string title, IReadOnlyList<string> columns, IReadOnlyList<string[]> rows, int textColumns = 1)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(title)), Border = TableBorder.Rounded };
        foreach (var (column, place) in columns.Select((column, place) => (column, place)))
            table.AddColumn(new TableColumn(Markup.Escape(column)) { Alignment = place < textColumns ? Justify.Left : Justify.Right });
        foreach (var row in rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        console.Write(table);

        foreach (var line in Markdown(columns, rows, textColumns))
            console.Profile.Out.Writer.WriteLine(line);
        console.WriteLine();
    }

    /// <summary>The lines of a Markdown table.</summary>
    public static IEnumerable<string> Markdown(IReadOnlyList<string> columns, IReadOnlyList<string[]> rows, int textColumns = 1)
    {
        yield return Line(columns);
        yield return Line([.. columns.Select((_, place) => place < textColumns ? "---" : "---:")]);
        foreach (var row in rows)
            yield return Line(row);
    }

    /// <summary>A time with three figures.</summary>
    public static string Time(TimeSpan time) => time.TotalMilliseconds switch
    {
        < 10 => time.TotalMilliseconds.ToString("0.00 'ms'", CultureInfo.InvariantCulture),
        < 100 => time.TotalMilliseconds.ToString("0.0 'ms'", CultureInfo.InvariantCulture),
        < 10_000 => time.TotalMilliseconds.ToString("#,0 'ms'", CultureInfo.InvariantCulture),
        _ => time.TotalSeconds.ToString("#,0.0 's'", CultureInfo.InvariantCulture),
    };

    /// <summary>A number with thousands separators.</summary>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    // As a fraction where a decimal would round away what matters.
    private static string Ratio(double ratio) =>
        ratio < 0.1 ? "1/" + Number((long)Math.Round(1 / ratio)) : ratio.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Line(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|")))} |";
}
