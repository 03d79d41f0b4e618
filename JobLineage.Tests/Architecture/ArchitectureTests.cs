using JobLineage.Core.Model;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Tests.Architecture;

/// <summary>The arrows between rooms: who may know whom. A wrong one fails here, with both its ends.</summary>
public class ArchitectureTests
{
    /// <summary>Data flows from the sources to the screen; nobody knows whom it flows to.</summary>
    private static readonly FolderRules Core = new("JobLineage.Core", new Dictionary<string, string[]>
    {
        ["Model"] = [],
        // The shapes that leave the program, and how numbers and times are written; the rooms that have something to show make them.
        ["Contract"] = ["Model"],
        // Low: knows no job.
        ["Postgres"] = [],
        ["Embedded"] = [],
        // Low too: how options are read; which ones there are is said where they are used.
        ["Configuration"] = ["Model"],
        // What a queue is and the SQL over its table; whoever reads one is above.
        ["Engines"] = ["Model", "Configuration", "Postgres"],
        ["Graph"] = ["Model"],
        ["Diagnosis"] = ["Model", "Configuration", "Contract"],
        // A source's thresholds stand in its section of the configuration.
        ["Sources"] = ["Model", "Configuration", "Contract", "Postgres", "Engines", "Diagnosis"],
        ["Lineage"] = ["Model", "Contract", "Postgres", "Engines", "Sources"],
        ["Runs"] = ["Model", "Contract", "Diagnosis"],
        ["Store"] = ["Model", "Postgres", "Engines", "Sources", "Runs", "Diagnosis"],
        ["Feed"] = ["Model", "Configuration", "Contract", "Postgres", "Engines", "Sources", "Runs", "Store"],
        ["Alerts"] = ["Model", "Configuration", "Contract", "Postgres", "Engines", "Sources", "Store"],
        ["Export"] = ["Model", "Contract", "Lineage", "Runs"],
    });

    private static readonly FolderRules Dashboard = new("JobLineage.Dashboard", new Dictionary<string, string[]>
    {
        ["Api"] = ["Security"],
        ["Security"] = ["Hosting"],
        ["Components"] = ["Live"],
        ["Live"] = ["Components"],
        ["Demo"] = ["Live"],
        ["Hosting"] = ["Api", "Components", "Live", "Security"],
        ["Cli"] = ["Demo", "Hosting", "Security"],
    });

    private static readonly IReadOnlySet<Arrow> CoreArrows = TypeReferences.Of(typeof(Job).Assembly);
    private static readonly IReadOnlySet<Arrow> DashboardArrows = TypeReferences.Of(typeof(DashboardHost).Assembly);

    [Fact]
    public void In_Core_every_arrow_goes_the_allowed_way() => None(Core.Violations(CoreArrows));

    [Fact]
    public void In_Core_no_way_leads_back() => Assert.Null(Core.Circle());

    [Fact]
    public void In_the_Dashboard_every_arrow_goes_the_allowed_way() => None(Dashboard.Violations(DashboardArrows));

    [Fact]
    public void Core_knows_nothing_of_the_web_or_the_Dashboard()
    {
        Assert.DoesNotContain(
            typeof(Job).Assembly.GetReferencedAssemblies(),
            a => a.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || a.Name == "joblineage");
        None(To(CoreArrows, "JobLineage.Core", "Microsoft.AspNetCore", "JobLineage.Dashboard"));
    }

    [Theory]
    [InlineData("JobLineage.Core.Model")]
    [InlineData("JobLineage.Core.Contract")]
    [InlineData("JobLineage.Core.Diagnosis")]
    [InlineData("JobLineage.Core.Graph")]
    [InlineData("JobLineage.Core.Lineage.Inference")]
    public void Words_findings_and_pictures_are_made_without_a_database(string space) =>
        None(To(CoreArrows, space, "Npgsql", "Dapper", "System.Data", "System.Net"));

    [Theory]
    [InlineData("JobLineage.Dashboard.Components")]
    [InlineData("JobLineage.Dashboard.Api")]
    public void Pages_and_the_API_never_speak_to_a_database_themselves(string space) =>
        None(To(DashboardArrows, space, "Npgsql", "Dapper", "System.Data.Common.DbConnection", "JobLineage.Core.Store"));

    [Fact]
    public void The_checker_finds_what_is_there()
    {
        // Else an assembly that was not read would pass every rule.
        Assert.NotEmpty(To(CoreArrows, "JobLineage.Core.Sources", "Npgsql"));
        Assert.NotEmpty(To(DashboardArrows, "JobLineage.Dashboard.Api", "JobLineage.Core.Runs"));
    }

    /// <summary>Tells all of them: Assert.Empty would cut the names short.</summary>
    private static void None<T>(IEnumerable<T> violations)
    {
        var all = string.Join(Environment.NewLine, violations);
        Assert.True(all.Length == 0, all);
    }

    private static IEnumerable<Arrow> To(IEnumerable<Arrow> arrows, string from, params string[] to) =>
        arrows.Where(a => IsIn(a.From, from) && to.Any(t => IsIn(a.To, t)));

    private static bool IsIn(string type, string space) =>
        type.StartsWith(space, StringComparison.Ordinal) && (type.Length == space.Length || type[space.Length] == '.');
}
