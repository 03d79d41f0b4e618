using System.Net;
using System.Text;
using JobLineage.Core.Contract;

namespace JobLineage.Core.Alerts;

/// <summary>
/// Writes a digest as HTML for mail: no images, no scripts, no colours: what is of less weight is dimmed, since no grey can be
/// read as well on white as on black. A client's dark mode has nothing to get wrong. Pure; everything foreign is escaped.
/// </summary>
internal static class DigestHtml
{
    private const string Muted = "opacity:.72;font-size:13px";
    private const string Mono = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12.5px";
    private const string Wraps = "overflow-wrap:anywhere";

    public static string Write(DigestContent digest)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
            .Append("<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">")
            .Append("<title>").Append(Escape(DigestRenderer.Subject(digest))).Append("</title>")
            // What a client leaves of this costs only the room that its own marks of lists take.
            .Append("<style>.j{margin:4px 0 0;padding-left:18px}.j li{margin:2px 0}</style></head>")
            .Append("<body style=\"font-family:system-ui,-apple-system,'Segoe UI',Arial,sans-serif;font-size:15px;line-height:1.45;margin:16px;max-width:860px;").Append(Wraps).Append("\">\n");
        html.Append("<p>").Append(Escape(DigestRenderer.Opening(digest))).Append("</p>\n");
        if (DigestText.Again(digest) is { } again)
            html.Append("<p><strong>").Append(Escape(again)).Append("</strong></p>\n");
        foreach (var note in DigestNotes.Of(digest))
        {
            html.Append("<p>").Append(Escape(note.Text)).Append(' ');
            Link(html, note.Address, "Show");
            html.Append("</p>\n");
        }

        foreach (var run in digest.Runs)
        {
            html.Append("<h2 style=\"font-size:17px;margin:26px 0 4px\">");
            Link(html, DigestText.Address(digest, run), DigestText.Title(run));
            html.Append(": ").Append(Format.Count(run.Failures)).Append(" failed</h2>\n");
            foreach (var group in run.Groups)
                Append(html, digest, run, group);
            More(html, DigestText.More(run), DigestText.Failed(digest, run));
        }

        More(html, DigestText.More(digest), digest.BaseUrl + "/");
        return html.Append("<p style=\"margin-top:26px;").Append(Muted).Append("\">Job Lineage · digest ").Append(digest.Key.ToString("D")).Append(" · made ")
            .Append(Format.Time(digest.MadeAt)).Append("</p></body></html>\n").ToString();
    }

    private static void Append(StringBuilder html, DigestContent digest, DigestRun run, DigestGroup group)
    {
        html.Append("<div style=\"border-left:3px solid #8a8a8a;padding-left:12px;margin:14px 0\"><p style=\"margin:0\"><strong>")
            .Append(Escape(DigestText.Heading(group))).Append("</strong>");
        if (DigestText.Kind(group) is { } kind)
            html.Append(": ").Append(Escape(kind));
        html.Append("</p>\n<p style=\"margin:0;").Append(Muted).Append("\">").Append(Escape(DigestText.Circumstances(run, group))).Append("</p>\n");
        if (group.LastMessage is { } message)
        {
            html.Append("<pre style=\"").Append(Mono).Append(";white-space:pre-wrap;").Append(Wraps).Append(";margin:6px 0\">")
                .Append(Escape(DigestText.Message(message))).Append("</pre>\n");
        }

        if (group.Jobs.Count > 0)
        {
            html.Append("<ul class=\"j\" style=\"font-size:13.5px\">\n");
            foreach (var line in DigestLine.Of(group))
            {
                html.Append("<li>");
                for (var i = 0; i < line.Jobs.Count; i++)
                {
                    if (i > 0)
                        html.Append(", ");
                    Link(html, DigestText.Address(digest, run, line.Jobs[i]), DigestText.Line(line.Jobs[i].Id));
                }

                html.Append(" · ").Append(line.Jobs.Count > 1 ? "each " : "").Append(Escape(line.Words)).Append("</li>\n");
            }

            html.Append("</ul>\n");
        }

        More(html, group.MoreJobs > 0 ? $"and {Format.Count(group.MoreJobs)} more" : null, DigestText.Address(digest, run, group));
        html.Append("</div>\n");
    }

    private static void More(StringBuilder html, string? text, string address)
    {
        if (text is null)
            return;
        html.Append("<p style=\"margin:4px 0 0\">");
        Link(html, address, text);
        html.Append("</p>\n");
    }

    private static void Link(StringBuilder html, string address, string text) =>
        html.Append("<a href=\"").Append(Escape(address)).Append("\">").Append(Escape(text)).Append("</a>");

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
