namespace JobLineage.Tests.Engines;

/// <summary>What docs/engines/hangfire.md tells people to paste is what ran: <c>./bench.sh engines</c> runs it against the real engine.</summary>
public sealed class HangfirePageTests
{
    [Fact]
    public void The_filter_of_the_page_is_the_one_that_the_benchmark_runs()
    {
        var page = Read("docs", "engines", "hangfire.md");
        var snippet = page.Split("```csharp\n")[1].Split("```")[0];
        var file = Read("bench", "Engines", "HangfirePipeline", "LineageFilter.cs");
        var filter = file[file.IndexOf("public sealed class", StringComparison.Ordinal)..].Trim();
        Assert.StartsWith(filter, snippet);

        var registration = snippet[filter.Length..].Trim();
        Assert.Equal("GlobalJobFilters.Filters.Add(new LineageFilter());", registration);
        Assert.Contains(registration, Read("bench", "Engines", "HangfirePipeline", "HangfireWorker.cs"));
    }

    private static string Read(params string[] path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "JobLineage.sln")))
            folder = folder.Parent;
        return File.ReadAllText(Path.Combine([folder.FullName, .. path])).ReplaceLineEndings("\n");
    }
}
