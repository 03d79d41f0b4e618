using JobLineage.Core.Export;
using JobLineage.Core.Model;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace JobLineage.Dashboard.Cli;

/// <summary>The picture of a run on a terminal: its tree, what changed in it marked, and below it what was found. It fits the window.</summary>
/// <param name="glyphs">What to draw with.</param>
internal sealed class WatchScreen(TreeGlyphs glyphs)
{
    /// <summary>Around what changed; no name holds such a character, as they are replaced in all of them.</summary>
    private const char Begin = '\u0002';

    private const char End = '\u0003';

    /// <summary>The heading, the line that says how it ends, and the cursor's own.</summary>
    private const int OtherLines = 3;

    private static readonly Style Changed = new(foreground: Color.Yellow, decoration: Decoration.Bold);
    private static readonly Style Faint = new(decoration: Decoration.Dim);
    private static readonly Style Strong = new(decoration: Decoration.Bold);
    private static readonly Style Wrong = new(foreground: Color.Red);

    /// <summary>What is shown.</summary>
    /// <param name="run">The run.</param>
    /// <param name="changes">What is different from the picture before.</param>
    /// <param name="trouble">Why it is not the newest; null when it is.</param>
    /// <param name="width">Characters of a line.</param>
    /// <param name="height">Lines of the window.</param>
    public IRenderable Picture(RunSnapshot run, RunChanges changes, string? trouble, int width, int height)
    {
        var text = TextTree.OfStages(run, glyphs, countNote: (stage, state) => Note(changes.Of(stage, state)));
        var blank = text.IndexOf("\n\n", StringComparison.Ordinal);
        var (tree, found) = blank < 0 ? (text, "") : (text[..blank], text[(blank + 2)..]);
        var why = trouble is null ? [] : Wrap(VisibleText.Line(trouble), width);
        var findings = Lines(found).SelectMany(line => Wrap(line, width)).ToList();

        // A third of the window at least is for what is wrong; the tree has the rest, and gives up its last lines.
        var room = Math.Max(1, height - OtherLines - why.Count);
        var wanted = findings.Count > 0 ? findings.Count + 1 : 0;
        var stages = Cut([.. Lines(tree)], Math.Max(room - wanted, room - room / 3), "stages");
        findings = Cut(findings, room - stages.Count - 1, "lines");

        var heading = $"{VisibleText.Line(run.Name)} {VisibleText.Line(run.RootId)}{glyphs.Dot}{VisibleText.Line(run.Source)}{glyphs.Dot}{RunChanges.Word(run.State)}{glyphs.Dot}{Format.Jobs(run.Total)}{glyphs.Dot}as of {Format.Clock(run.AsOf)}";
        var lines = new List<IRenderable> { new Text(Format.Short(heading, width), Strong) };
        lines.AddRange(why.Select(line => new Text(line, Wrong)));
        lines.AddRange(stages.Select(line => Marked(line, width)));
        if (findings.Count > 0)
            lines.Add(new Text(" "));
        lines.AddRange(findings.Select(line => new Text(line)));
        lines.Add(new Text(Format.Short("q ends it", width), Faint));
        return new Rows(lines);
    }

    private static string Note(long change) => change == 0 ? "" : $" {Begin}{(change > 0 ? "+" : "-")}{Format.Count(Math.Abs(change))}{End}";

    private static IEnumerable<string> Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>So many of the first lines as there is room for; the last of them says how many there are besides.</summary>
    private static List<string> Cut(List<string> lines, int room, string what)
    {
        if (room <= 0)
            return [];
        return lines.Count <= room ? lines : [.. lines.Take(room - 1), $"({Format.Count(lines.Count - room + 1)} more {what})"];
    }

    /// <summary>Broken between words where it is too long, and within one that is longer than a line.</summary>
    private static List<string> Wrap(string line, int width)
    {
        var lines = new List<string>();
        while (line.Length > width)
        {
            var at = line.LastIndexOf(' ', width);
            var end = at > 0 ? at : width;
            lines.Add(line[..end]);
            line = line[end..].TrimStart();
        }

        lines.Add(line);
        return lines;
    }

    /// <summary>A line with what changed in it marked, cut where the window ends.</summary>
    private static Paragraph Marked(string line, int width)
    {
        var (paragraph, left) = (new Paragraph(), width);
        var isTooLong = line.Count(c => c is not (Begin or End)) > width;
        foreach (var (index, part) in line.Split(Begin).Index())
        {
            var end = index == 0 ? 0 : part.IndexOf(End);
            Add(part[..end], Changed);
            Add(part[end..].TrimStart(End), null);
        }

        return paragraph;

        void Add(string text, Style? style)
        {
            if (left == 0 || text.Length == 0)
                return;
            var shown = text.Length < left || text.Length == left && !isTooLong ? text : Format.Short(text + "…", left);
            paragraph.Append(shown, style);
            left -= shown.Length;
        }
    }
}
