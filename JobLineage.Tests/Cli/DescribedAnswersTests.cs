using System.Text.Json;
using JobLineage.Tests.Contract;
using JobLineage.Tests.Lineage;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Cli;

/// <summary>What the verbs print as JSON, against the description of the API.</summary>
public sealed class DescribedAnswersTests
{
    [Fact]
    public async Task Every_verb_prints_the_shape_that_is_described()
    {
        await using var fixture = await LineageFixture.CreateAsync(RecordedData.ObanMid);
        // A parent that is not there, and links that close a circle.
        await fixture.Database.ExecuteAsync("""
            insert into oban_jobs (id, worker, state, queue, args, meta) values
                (900001, 'App.Lost', 'completed', 'q', '{}', '{"parent_job_id": 900000}'),
                (900002, 'App.Round', 'available', 'q', '{}', '{"parent_job_id": 900003}'), (900003, 'App.Round', 'available', 'q', '{}', '{"parent_job_id": 900002}')
            """);
        var shapes = await DescribedShapes.ReadAsync();
        foreach (var (verb, shape) in new (string[], string)[]
        {
            (["stats", "60", "--json"], "StatsAnswer"),
            (["tree", "60", "--json"], "TreeAnswer"),
            (["tree", "60", "--filter", "state:discarded error:movie", "--json"], "TreeAnswer"),
            (["tree", "900001", "--json"], "TreeAnswer"),
            (["tree", "900002", "--json"], "TreeAnswer"),
            (["children", "60", "--json"], "JobChildrenAnswer"),
            (["ancestors", "900001", "--json"], "JobAncestorsAnswer"),
            (["infer", "60", "--json", "--jobs"], "InferredRunAnswer"),
            (["infer", "60", "--json"], "InferredRunAnswer"),
            (["doctor", "--json"], "DoctorAnswer"),
            (["export", "60"], "RunExportAnswer"),
            (["export", "60", "--state", "discarded", "--filter", "eu"], "RunExportAnswer"),
        })
        {
            var ran = await LineageCommandsTests.RunAsync([.. verb, "--preset", "oban", "--connection", fixture.Database.ConnectionString]);
            Assert.True(ran.Output.Length > 0, $"{string.Join(' ', verb)}: {ran.Error}");
            shapes.CheckTerse(shape, ran.Output);
            if (verb is not ["tree", "900001", ..])
                continue;
            // Of a job that was never seen nothing is known, and nothing is said.
            var lost = JsonDocument.Parse(ran.Output).RootElement.GetProperty("jobs")[0];
            Assert.Equal(["id", "nativeId", "stage", "depth", "isMissing", "missing"], lost.EnumerateObject().Select(m => m.Name));
            Assert.Equal("900000", lost.GetProperty("id").GetString());
        }
    }
}
