using JobLineage.Core.Contract;
using JobLineage.Core.Model;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>
/// Writes a digest as blocks of Slack: at most 50 of them, a header of at most 150 characters, no text that is empty (Slack's Block
/// Kit reference, "Blocks" and "Rich text block"). All that is foreign stands in elements of rich text, which are shown to the letter.
/// Beyond what is documented Slack refuses messages whose blocks hold more than about 13,200 characters in all
/// (<c>msg_blocks_too_long</c>, slackapi/bolt-js issues 2509 and 2867), at times less: with their links counted, no more than
/// <see cref="Characters"/> go out. Pure.
/// </summary>
internal static class SlackBlocks
{
    /// <summary>Characters of all texts and addresses.</summary>
    public const int Characters = 10_000;

    private const int Blocks = 50;
    private const int HeaderLimit = 150;
    private const int NotesShown = 10;
    private const int MessageLimit = 300;

    /// <summary>The blocks of a message: of its digest as much as Slack takes.</summary>
    public static IReadOnlyList<object> Write(DigestMessage message)
    {
        var digest = DigestFit.Within(message.Content, Characters, d => Write(message, d) is var form && form.Blocks.Count <= Blocks ? form.Characters : int.MaxValue);
        return Write(message, digest).Blocks;
    }

    private static Form Write(DigestMessage message, DigestContent digest)
    {
        var form = new Form();
        form.Header(DigestText.Line(message.Subject, HeaderLimit - 1));
        List<object> opening = [form.Text(DigestRenderer.Opening(digest))];
        if (DigestText.Again(digest) is { } again)
            opening.Add(form.Strong("\n" + again));
        if (message.IsPossibleDuplicate)
            opening.Add(form.Strong("\nThis may be a second copy: whether the first arrived is not known."));
        form.Rich([Section([.. opening])]);
        Notes(form, digest);
        foreach (var run in digest.Runs)
            Run(form, digest, run);
        if (DigestText.More(digest) is { } more)
            form.Rich([Section(form.Link(digest.BaseUrl + "/", more))]);
        form.Context($"Job Lineage · digest {message.Key} · made {Format.Time(digest.MadeAt)}");
        return form;
    }

    private static void Notes(Form form, DigestContent digest)
    {
        var notes = DigestNotes.Of(DigestFit.Noting(digest, NotesShown));
        if (notes.Count > 0)
            form.Rich([List([.. notes.Select(n => Section(form.Text(n.Text + " "), form.Link(n.Address, "Show")))])]);
    }

    private static void Run(Form form, DigestContent digest, DigestRun run)
    {
        List<object> elements =
        [
            Section(form.Link(DigestText.Address(digest, run), DigestText.Title(run), bold: true), form.Text($": {Format.Count(run.Failures)} failed")),
        ];
        foreach (var group in run.Groups)
            Group(form, elements, digest, run, group);
        if (DigestText.More(run) is { } more)
            elements.Add(Section(form.Link(DigestText.Failed(digest, run), more)));
        form.Rich(elements);
    }

    private static void Group(Form form, List<object> elements, DigestContent digest, DigestRun run, DigestGroup group)
    {
        var error = (DigestText.Kind(group), group.LastMessage is { } message ? DigestText.Flat(DigestText.Message(message), MessageLimit) : null) switch
        {
            (null, null) => "",
            (null, var said) => ": " + said,
            (var kind, null) => ": " + kind,
            var (kind, said) => $": {kind}\n{said}",
        };
        elements.Add(Section(form.Strong("\n" + DigestText.Heading(group)), form.Text($"{error}\n{DigestText.Circumstances(run, group)}")));
        var lines = DigestLine.Of(group).Select(line => Section([
            .. line.Jobs.SelectMany((job, i) => new[] { i > 0 ? form.Text(", ") : null, form.Link(DigestText.Address(digest, run, job), DigestText.Line(job.Id)) }).OfType<object>(),
            form.Text($" · {(line.Jobs.Count > 1 ? "each " : "")}{line.Words}")])).ToList();
        if (group.MoreJobs > 0)
            lines.Add(Section(form.Link(DigestText.Address(digest, run, group), $"and {Format.Count(group.MoreJobs)} more")));
        if (lines.Count > 0)
            elements.Add(List(lines));
    }

    private static object Section(params object[] elements) => new { type = "rich_text_section", elements };

    private static object List(List<object> sections) => new { type = "rich_text_list", style = "bullet", elements = sections };

    /// <summary>Blocks, and how much stands in them.</summary>
    private sealed class Form
    {
        private readonly List<object> blocks = [];

        public IReadOnlyList<object> Blocks => blocks;

        public int Characters { get; private set; }

        public void Header(string text) => blocks.Add(new { type = "header", text = new { type = "plain_text", text = Counted(text), emoji = false } });

        public void Context(string text) => blocks.Add(new { type = "context", elements = new[] { new { type = "plain_text", text = Counted(text), emoji = false } } });

        public void Rich(List<object> elements) => blocks.Add(new { type = "rich_text", elements });

        public object Text(string text) => new { type = "text", text = Counted(text) };

        public object Strong(string text) => new { type = "text", text = Counted(text), style = new { bold = true } };

        public object Link(string url, string text, bool bold = false)
        {
            Characters += url.Length;
            return bold ? new { type = "link", url, text = Counted(text), style = new { bold = true } } : new { type = "link", url, text = Counted(text) };
        }

        /// <summary>Slack takes no text that is empty.</summary>
        private string Counted(string text)
        {
            var shown = text.Length == 0 ? "?" : text;
            Characters += shown.Length;
            return shown;
        }
    }
}
