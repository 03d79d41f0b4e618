using System.Net.Http.Json;
using JobLineage.Core.Model;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>How Slack is reached.</summary>
/// <param name="Url">The address of an incoming webhook; whoever knows it may post, so it is a secret.</param>
public sealed record SlackOptions(ChannelSecret Url);

/// <summary>
/// A message by an incoming webhook of Slack, in blocks: at most 50 of them, a header of at most 150 characters (Slack's Block
/// Kit reference, "Blocks"). What is foreign stands in elements of rich text (the same, "Rich text block"), which are shown to
/// the letter: no asterisk, underscore, tilde or backtick formats, no angle bracket links or calls anybody. 429 comes with
/// <c>Retry-After</c>.
/// </summary>
/// <param name="client">Follows no redirection.</param>
/// <param name="options">How Slack is reached.</param>
/// <param name="time">The clock.</param>
public sealed class SlackChannel(HttpClient client, SlackOptions options, TimeProvider time) : IDigestChannel
{
    private const int Blocks = 48;
    private const int HeaderLimit = 150;
    private const int JobsShown = 5;
    private const int NotesShown = 10;

    /// <inheritdoc />
    public string Name => "Slack";

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url.Reveal());
        // The text is for notifications alone, where blocks are not shown.
        request.Content = JsonContent.Create(new { text = Escape(message.Subject), mrkdwn = false, blocks = Write(message), unfurl_links = false, unfurl_media = false });
        return await HttpDelivery.PostAsync(client, request, Name, options.Url, time, cancellation);
    }

    private static List<object> Write(DigestMessage message)
    {
        var digest = message.Content;
        List<object> opening = [Text(DigestRenderer.Opening(digest))];
        if (DigestText.Again(digest) is { } again)
            opening.Add(Strong("\n" + again));
        if (message.IsPossibleDuplicate)
            opening.Add(Strong("\nThis may be a second copy: whether the first arrived is not known."));
        List<object> blocks =
        [
            new { type = "header", text = new { type = "plain_text", text = DigestText.Line(message.Subject, HeaderLimit - 1), emoji = false } },
            Rich(Section([.. opening])),
        ];
        var notes = DigestText.Notes(digest).ToList();
        blocks.AddRange(notes.Take(NotesShown).Select(n => Section($"{Escape(n.Text)} {Link(n.Address, "Show")}")));
        if (notes.Count > NotesShown)
            blocks.Add(Section(Link($"{digest.BaseUrl}/{PagePaths.Digests()}", $"and {DigestText.Count(notes.Count - NotesShown)} more notes")));
        var shown = 0L;
        foreach (var run in digest.Runs)
        {
            // A run's heading and its first group go together; two places are kept for what stands at the end.
            if (blocks.Count + 2 > Blocks - 2)
                break;
            blocks.Add(Rich(Section(Link(DigestText.Address(digest, run), DigestText.Title(run), bold: true), Text($": {DigestText.Count(run.Failures)} failed"))));
            foreach (var group in run.Groups.TakeWhile(_ => blocks.Count < Blocks - 2))
            {
                blocks.Add(Describe(digest, run, group));
                shown += group.Failures;
            }
        }

        if (shown < digest.Failures)
            blocks.Add(Rich(Section(Link(digest.BaseUrl + "/", $"and {DigestText.Count(digest.Failures - shown)} more"))));
        blocks.Add(new
        {
            type = "context",
            elements = new[] { new { type = "plain_text", text = $"Job Lineage · digest {message.Key} · made {DigestText.Time(digest.MadeAt)}", emoji = false } },
        });
        return blocks;
    }

    private static object Describe(DigestContent digest, DigestRun run, DigestGroup group)
    {
        List<object> elements =
        [
            Section(
                Text(DigestText.Count(group.Failures) + " × "), Strong(DigestText.Line(group.Stage)),
                Text($": {DigestText.Line(group.Error)}\n{DigestRenderer.Span(group)}")),
        ];
        if (group.Jobs.Count > 0)
        {
            elements.Add(new
            {
                type = "rich_text_list",
                style = "bullet",
                elements = group.Jobs.Take(JobsShown).Select(job => Section(
                    Link(DigestText.Address(digest, run, job), DigestText.Line(job.Id, 60)), Text(" · " + DigestText.Line(DigestText.Describe(job), 120)))).ToList(),
            });
        }

        var more = group.Failures - Math.Min(group.Jobs.Count, JobsShown);
        if (more > 0)
            elements.Add(Section(Link(DigestText.Address(digest, run, group), $"and {DigestText.Count(more)} more")));
        return Rich([.. elements]);
    }

    private static object Rich(params object[] elements) => new { type = "rich_text", elements };

    private static object Section(params object[] elements) => new { type = "rich_text_section", elements };

    private static object Text(string text) => new { type = "text", text };

    private static object Strong(string text) => new { type = "text", text, style = new { bold = true } };

    private static object Link(string url, string text, bool bold = false) => new { type = "link", url, text, style = new { bold } };

    /// <summary>The only control characters of Slack's plain text (its guide "Formatting text").</summary>
    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
