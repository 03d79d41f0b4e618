using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace JobLineage.Dashboard.Components.Docs;

/// <summary>Makes a page of Markdown. HTML in it is shown to the letter, and no link leads to a script. Pure.</summary>
internal static class DocMarkdown
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).UseAutoLinks().DisableHtml().Build();

    /// <summary>Makes it.</summary>
    /// <param name="name">Its path below <c>docs</c>, without an ending.</param>
    /// <param name="markdown">What stands there.</param>
    public static DocPage Render(string name, string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
            Lead(name, link);
        // What is wider than the window is moved by itself, also with the keys.
        foreach (var code in document.Descendants<CodeBlock>())
            code.GetAttributes().AddPropertyIfNotExist("tabindex", "0");

        using var html = new StringWriter();
        var renderer = new HtmlRenderer(html);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.FindExact<CodeBlockRenderer>()!.OutputAttributesOnPre = true;
        renderer.ObjectRenderers.Replace<HtmlTableRenderer>(new MovedTable());
        renderer.Render(document);
        var headings = document.Descendants<HeadingBlock>().ToList();
        var title = headings.FirstOrDefault(h => h.Level == 1)?.Inline is { } inline ? string.Concat(inline.Descendants<LiteralInline>().Select(l => l.Content.ToString())) : name;
        return new(name, title, html.ToString(), [.. headings.Select(h => h.GetAttributes().Id).OfType<string>()]);
    }

    /// <summary>Leads a link to where its file is found here; one that leads nowhere here becomes the text that it is.</summary>
    private static void Lead(string name, LinkInline link)
    {
        var url = link.Url ?? "";
        if (url.StartsWith("https://", StringComparison.Ordinal) || url.StartsWith("http://", StringComparison.Ordinal))
        {
            link.GetAttributes().AddPropertyIfNotExist("rel", "noreferrer");
            link.GetAttributes().AddPropertyIfNotExist("target", "_blank");
            return;
        }

        var (path, anchor) = url.IndexOf('#') is var hash and >= 0 ? (url[..hash], url[hash..]) : (url, "");
        // Addresses are relative to the base of the whole product, not to this page.
        if (path.Length == 0)
            link.Url = $"docs/{name}{anchor}";
        else if (Below(name, path) is { } file && DocLibrary.Has(WithoutEnding(file)))
            link.Url = $"docs/{WithoutEnding(file)}{anchor}";
        else
            Unlink(link);
    }

    private static string WithoutEnding(string file) => file.EndsWith(".md", StringComparison.Ordinal) ? file[..^3] : file;

    /// <summary>A file's path below <c>docs</c>, as a page names it; null when it is elsewhere.</summary>
    private static string? Below(string page, string path)
    {
        var parts = new List<string>(page.Split('/').SkipLast(1));
        foreach (var part in path.Split('/'))
        {
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else
                return null;
        }

        return string.Join('/', parts);
    }

    private static void Unlink(LinkInline link)
    {
        while (link.FirstChild is { } child)
        {
            child.Remove();
            link.InsertBefore(child);
        }

        link.Remove();
    }

    /// <summary>A table that is moved sideways by itself where it is wider than the window.</summary>
    private sealed class MovedTable : HtmlTableRenderer
    {
        protected override void Write(HtmlRenderer renderer, Table table)
        {
            renderer.Write("""<div class="doc-table" role="region" aria-label="Table" tabindex="0">""");
            base.Write(renderer, table);
            renderer.WriteLine("</div>");
        }
    }
}
