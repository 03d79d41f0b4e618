using System.Net;
using System.Text;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Writes a digest as HTML for mail: no images, no scripts, no colours: what is of less weight is dimmed, since no grey can be
/// read as well on white as on black. A client's dark mode has nothing to get wrong. Pure; everything foreign is escaped.
/// </summary>
internal static class DigestHtml
{
    private const string Muted = "opacity:.72;font-size:13px";
    private const string Mono = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px";

    public static string Write(DigestContent digest)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append("<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">")
            .Append("<title>").Append(Escape(DigestRenderer.Subject(digest))).Append("</title></head>")
            .Append("<body style=\"font-family:system-ui,-apple-system,'Segoe UI',Arial,sans-serif;font-size:15px;line-height:1.45;margin:16px\">\n");
        html.Append("<p>").Append(Escape(DigestRenderer.Opening(digest))).Append("</p>\n");
        if (DigestText.Again(digest) is { } again)
            html.Append("<p><strong>").Append(Escape(again)).Append("</strong></p>\n");
        foreach (var (note, address) in DigestText.Notes(digest))
        {
            html.Append("<p>").Append(Escape(note)).Append(' ');
            Link(html, address, "Show");
            html.Append("</p>\n");
        }

        foreach (var run in digest.Runs)
        {
            html.Append("<h2 style=\"font-size:17px;margin:22px 0 4px\">");
            Link(html, DigestText.Address(digest, run), DigestText.Title(run));
            html.Append(": ").Append(DigestText.Count(run.Failures)).Append(" failed</h2>\n");
            foreach (var group in run.Groups)
                Append(html, digest, run, group);
            if (run.MoreGroups > 0)
                html.Append("<p>and ").Append(DigestText.Count(run.MoreFailures)).Append(" more in ").Append(DigestText.Count(run.MoreGroups, "other group")).Append("</p>\n");
        }

        if (DigestText.More(digest) is { } more)
        {
            html.Append("<p>");
            Link(html, digest.BaseUrl + "/", more);
            html.Append("</p>\n");
        }

        return html.Append("<p style=\"").Append(Muted).Append("\">Job Lineage · digest ").Append(digest.Key.ToString("D")).Append(" · made ")
            .Append(DigestText.Time(digest.MadeAt)).Append("</p></body></html>\n").ToString();
    }

    private static void Append(StringBuilder html, DigestContent digest, DigestRun run, DigestGroup group)
    {
        html.Append("<div style=\"border-left:3px solid #8a8a8a;padding-left:10px;margin:10px 0\"><p style=\"margin:0\"><strong>")
            .Append(DigestText.Count(group.Failures)).Append(" × ").Append(Escape(DigestText.Line(group.Stage))).Append("</strong>: ")
            .Append(Escape(DigestText.Line(group.Error))).Append("</p>\n<p style=\"margin:0;").Append(Muted).Append("\">")
            .Append(DigestRenderer.Span(group)).Append("</p>\n");
        if (group.LastMessage is { } message)
        {
            html.Append("<pre style=\"").Append(Mono).Append(";white-space:pre-wrap;overflow-wrap:anywhere;margin:6px 0\">")
                .Append(Escape(DigestText.Message(message))).Append("</pre>\n");
        }

        if (group.Jobs.Count > 0)
        {
            html.Append("<ul style=\"margin:4px 0;padding-left:18px;").Append(Mono).Append("\">\n");
            foreach (var job in group.Jobs)
            {
                html.Append("<li>");
                Link(html, DigestText.Address(digest, run, job), DigestText.Line(job.Id));
                html.Append(" · ").Append(Escape(DigestText.Describe(job))).Append("</li>\n");
            }

            html.Append("</ul>\n");
        }

        if (group.MoreJobs > 0)
        {
            html.Append("<p style=\"margin:0\">");
            Link(html, DigestText.Address(digest, run, group), $"and {DigestText.Count(group.MoreJobs)} more");
            html.Append("</p>\n");
        }

        html.Append("</div>\n");
    }

    private static void Link(StringBuilder html, string address, string text) =>
        html.Append("<a href=\"").Append(Escape(address)).Append("\">").Append(Escape(text)).Append("</a>");

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
