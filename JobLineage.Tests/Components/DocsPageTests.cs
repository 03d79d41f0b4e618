using System.Text.RegularExpressions;
using Bunit;
using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Docs;
using JobLineage.Dashboard.Components.Pages;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Tests.Architecture;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Components;

/// <summary>The documentation within the product.</summary>
public sealed partial class DocsPageTests : PageContext
{
    public static TheoryData<string> Names() => [.. SourceFiles.Of("docs", ".md").Select(f => f.Name["docs/".Length..^".md".Length])];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_page_is_within_the_program_and_every_link_of_it_leads_somewhere(string name)
    {
        var page = DocLibrary.Find(name);
        Assert.NotNull(page);
        Assert.NotEqual(name, page.Title);
        var links = Links().Matches(page.Html).Select(m => m.Groups[1].Value).ToList();
        foreach (var link in links.Where(l => !l.StartsWith("http", StringComparison.Ordinal)))
        {
            Assert.StartsWith("docs/", link);
            var parts = link["docs/".Length..].Split('#');
            var (path, anchor) = (parts[0], parts.ElementAtOrDefault(1));
            if (path.EndsWith(".png", StringComparison.Ordinal))
            {
                using var picture = DocLibrary.OpenPicture(path);
                Assert.NotNull(picture);
                continue;
            }

            var to = DocLibrary.Find(path);
            Assert.True(to is not null, $"{name} leads to {link}, which is not there");
            Assert.True(anchor is null || to.Anchors.Contains(anchor), $"{name} leads to {link}; the headings of {path} are {string.Join(", ", to.Anchors)}");
        }

        // Written with a slash at the end of the folder's name, or to a file that is not here, it would have become text.
        Assert.DoesNotContain(".md\"", page.Html);
        Assert.DoesNotContain("<script", page.Html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_page_is_shown_with_its_tables_and_code_beside_the_list_of_all()
    {
        var page = Render<DocsPage>(p => p.Add(x => x.Name, "terminal"));
        Assert.Equal("With only a terminal", page.Find("article h1").TextContent);
        Assert.NotEmpty(page.FindAll("article pre[tabindex='0'] code"));
        Assert.Equal("docs/terminal", page.Find("nav a[aria-current=page]").GetAttribute("href"));
        Assert.Equal(DocLibrary.All.Count, page.FindAll("nav a").Count);
        Assert.NotEmpty(Render<DocsPage>(p => p.Add(x => x.Name, "diagnosis")).FindAll("article .doc-table[tabindex='0'] table th"));
        Assert.Equal("Documentation", Render<DocsPage>().Find("h1").TextContent);
        Assert.Empty(Render<DocsPage>(p => p.Add(x => x.Name, "../appsettings")).FindAll("article[data-doc]"));
    }

    /// <summary>Findings link there: a kind that is added without its section would lead nowhere.</summary>
    [Fact]
    public void Every_kind_of_finding_has_a_section_that_says_what_it_means_how_it_is_decided_and_what_to_do()
    {
        var page = DocLibrary.Find("findings")!;
        var sections = page.Html.Split("<h2 ")[1..];
        Assert.Equal(Enum.GetValues<FindingKind>().Length, sections.Length);
        foreach (var kind in Enum.GetValues<FindingKind>())
        {
            var anchor = Urls.Docs(kind)["docs/findings#".Length..];
            var section = Assert.Single(sections, s => s.StartsWith($"id=\"{anchor}\">", StringComparison.Ordinal));
            foreach (var part in (string[])["What it means.", "How it is decided.", "What to do."])
                Assert.Contains($"<strong>{part}</strong>", section);
        }
    }

    [Theory]
    [InlineData("<script>alert(1)</script>", "&lt;script&gt;")]
    [InlineData("a <b onclick=x>b</b>", "&lt;b onclick")]
    [InlineData("[x](javascript:alert(1))", "<p>x</p>")]
    [InlineData("[x](../../README.md)", "<p>x</p>")]
    [InlineData("[x](#below)", "href=\"docs/here#below\"")]
    [InlineData("[x](terminal.md#queues)", "href=\"docs/terminal#queues\"")]
    [InlineData("[x](https://example.com/)", "rel=\"noreferrer\"")]
    public void Markdown_becomes_text_and_links_and_nothing_that_runs(string markdown, string expected) =>
        Assert.Contains(expected, DocMarkdown.Render("here", markdown).Html);

    [GeneratedRegex("(?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Links();
}
