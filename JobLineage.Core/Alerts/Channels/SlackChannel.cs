using System.Net.Http.Json;
using System.Text;
using JobLineage.Core.Model;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>How Slack is reached.</summary>
/// <param name="Url">The address of an incoming webhook; whoever knows it may post, so it is a secret.</param>
public sealed record SlackOptions(ChannelSecret Url);

/// <summary>
/// A message by an incoming webhook of Slack, in blocks: at most 50 of them, a header of at most 150 characters, a section of
/// at most 3,000 (Slack's Block Kit reference, "Blocks"). <c>&amp;</c>, <c>&lt;</c> and <c>&gt;</c> are its only
/// control characters (Slack's guide "Formatting text"). 429 comes with <c>Retry-After</c>.
/// </summary>
/// <param name="client">Follows no redirection.</param>
/// <param name="options">How Slack is reached.</param>
/// <param name="time">The clock.</param>
public sealed class SlackChannel(HttpClient client, SlackOptions options, TimeProvider time) : IDigestChannel
{
    private const int Blocks = 48;
    private const int HeaderLimit = 150;
    private const int SectionLimit = 3_000;
    private const int JobsShown = 5;
    private const int NotesShown = 10;

    /// <inheritdoc />
    public string Name => "Slack";

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Url.Reveal());
        request.Content = JsonContent.Create(new { text = Escape(message.Subject), blocks = Write(message), unfurl_links = false });
        return await HttpDelivery.PostAsync(client, request, Name, options.Url, time, cancellation);
    }

    private static List<object> Write(DigestMessage message)
    {
        var digest = message.Content;
        var opening = Escape(DigestRenderer.Opening(digest));
        if (DigestText.Again(digest) is { } again)
            opening += $"\n*{Escape(again)}*";
        if (message.IsPossibleDuplicate)
            opening += "\n*This may be a second copy: whether the first arrived is not known.*";
        List<object> blocks =
        [
            new { type = "header", text = new { type = "plain_text", text = DigestText.Line(message.Subject, HeaderLimit - 1) } },
            Section(opening),
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
            blocks.Add(Section($"*{Link(DigestText.Address(digest, run), DigestText.Title(run))}*: {DigestText.Count(run.Failures)} failed"));
            foreach (var group in run.Groups.TakeWhile(_ => blocks.Count < Blocks - 2))
            {
                blocks.Add(Section(Describe(digest, run, group)));
                shown += group.Failures;
            }
        }

        if (shown < digest.Failures)
            blocks.Add(Section($"{Link(digest.BaseUrl + "/", $"and {DigestText.Count(digest.Failures - shown)} more")}"));
        blocks.Add(new { type = "context", elements = new[] { new { type = "mrkdwn", text = $"Job Lineage · digest {message.Key} · made {DigestText.Time(digest.MadeAt)}" } } });
        return blocks;
    }

    private static string Describe(DigestContent digest, DigestRun run, DigestGroup group)
    {
        var text = new StringBuilder();
        text.Append(DigestText.Count(group.Failures)).Append(" × *").Append(Escape(DigestText.Line(group.Stage))).Append("*: ")
            .Append(Escape(DigestText.Line(group.Error))).Append('\n').Append(DigestRenderer.Span(group));
        foreach (var job in group.Jobs.Take(JobsShown))
            text.Append("\n• ").Append(Link(DigestText.Address(digest, run, job), DigestText.Line(job.Id, 60))).Append(" · ").Append(Escape(DigestText.Line(DigestText.Describe(job), 120)));
        var more = group.Failures - Math.Min(group.Jobs.Count, JobsShown);
        if (more > 0)
            text.Append('\n').Append(Link(DigestText.Address(digest, run, group), $"and {DigestText.Count(more)} more"));
        return text.ToString();
    }

    /// <summary>Verbatim: an address or a channel's name in foreign text does not become a link.</summary>
    private static object Section(string text) => new { type = "section", text = new { type = "mrkdwn", text = TextLimit.Cut(text, SectionLimit).ToString(), verbatim = true } };

    private static string Link(string address, string text) =>
        $"<{address.Replace("|", "%7C", StringComparison.Ordinal).Replace(">", "%3E", StringComparison.Ordinal)}|{Escape(text).Replace('|', '¦')}>";

    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
