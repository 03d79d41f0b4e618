using System.Text.RegularExpressions;
using JobLineage.Tests.Architecture;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Store;

/// <summary>docs/scale.md says where each table of the store would be.</summary>
public sealed class ScalePageTests
{
    [Fact]
    public async Task Every_table_of_the_store_has_its_place_on_the_page_and_nothing_else_has()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        var tables = await fixture.Database.ScalarAsync<string[]>("select array_agg(relname::text) from pg_class where relnamespace = 'job_lineage'::regnamespace and relkind in ('r', 'p')");
        var page = await File.ReadAllLinesAsync(Path.Combine(SourceFiles.Root, "docs", "scale.md"));
        var named = page.SkipWhile(line => !line.StartsWith("| table |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .SelectMany(line => Regex.Matches(line.Split('|')[1], "`([a-z_]+)`").Select(m => m.Groups[1].Value));

        Assert.Equal(tables!.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }
}
