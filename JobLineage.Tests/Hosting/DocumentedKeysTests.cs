using System.Text;
using System.Text.RegularExpressions;
using JobLineage.Core.Configuration;
using JobLineage.Dashboard.Hosting;
using JobLineage.Tests.Architecture;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Hosting;

/// <summary>The pages name the keys that the options types have: all of them, and no other.</summary>
public sealed partial class DocumentedKeysTests
{
    /// <summary>Wrong on purpose: they show what is said of such keys.</summary>
    private static readonly string[] Wrong = ["JobLineage:Sorces", "JobLineage:KeepRuns", "ConnectionStrings:Stor"];

    [Fact]
    public void Every_key_stands_in_a_table_and_every_key_of_a_table_is_read()
    {
        var known = ConfigurationKeys.Known.All().Where(key => key.Key.Setting is not null).Select(key => key.Path).ToHashSet();
        var named = Pages("docs").SelectMany(page => Tables(File.ReadAllLines(page))).ToHashSet();

        Assert.Contains("JobLineage:Sources:<name>:Stuck:Workers:<name>:ExecutingAfter", named);
        Assert.Equal([], known.Except(named).Order());
        Assert.Equal([], named.Except(known).Order());
    }

    [Fact]
    public void Every_key_in_the_text_of_a_page_is_read()
    {
        var named = Pages("").SelectMany(page => Mention().Matches(File.ReadAllText(page)).Select(m => m.Value.Replace("__", ":", StringComparison.Ordinal).TrimEnd(':', '_')))
            .Where(key => !Wrong.Contains(key)).Distinct().ToList();

        Assert.Contains("JobLineage:Access:Password", named);
        Assert.Equal([], named.Where(key => key.Split(':').Aggregate((KnownKey?)ConfigurationKeys.Known, (at, name) => at?.Find(name)) is null));
    }

    [Fact]
    public void Every_example_of_a_page_is_read()
    {
        var examples = Pages("").SelectMany(page => Example().Matches(File.ReadAllText(page)).Select(m => Comment().Replace(m.Groups["json"].Value, "").Trim())).ToList();

        Assert.NotEmpty(examples);
        Assert.All(examples, json =>
        {
            var whole = json.StartsWith('{') ? json : "{" + json + "\n}";
            Assert.Empty(ConfigurationKeys.Misspelt(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(whole))).Build()));
        });
    }

    private static IEnumerable<string> Pages(string below) =>
        SourceFiles.Of(below, ".md").Select(file => file.Path);

    /// <summary>The keys of the tables that have a column of keys.</summary>
    private static IEnumerable<string> Tables(IEnumerable<string> lines)
    {
        string? above = null;
        foreach (var line in lines)
        {
            var cell = line.StartsWith("| ", StringComparison.Ordinal) ? line[1..].Split(" | ")[0] : null;
            if (cell is null)
                above = null;
            else if (cell.StartsWith(" key", StringComparison.Ordinal))
                above = Code().Match(cell) is { Success: true } below ? below.Groups[1].Value + ":" : "";
            else if (above is not null)
            {
                foreach (var key in Keys(cell, above))
                    yield return key;
            }
        }
    }

    private static IEnumerable<string> Keys(string cell, string above)
    {
        var last = "";
        foreach (var text in Code().Matches(cell).Select(match => match.Groups[1].Value))
        {
            // Beside another key: its last part alone. A section is told elsewhere.
            var key = text.TrimStart('…') is [':', ..] part ? last[..last.LastIndexOf(':')] + part : above + text;
            if (key.EndsWith(":…", StringComparison.Ordinal))
                continue;
            last = Name().Replace(key, "<name>");
            yield return last;
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("<[a-z]+>")]
    private static partial Regex Name();

    [GeneratedRegex("(?<![A-Za-z])(JobLineage|ConnectionStrings)(:|__)[A-Za-z<][A-Za-z<>:_]*")]
    private static partial Regex Mention();

    [GeneratedRegex("^ *//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("```jsonc?\n(?<json>[^`]*\"JobLineage\"[^`]*)```")]
    private static partial Regex Example();
}
