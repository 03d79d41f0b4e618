using JobLineage.Bench.Checking;
using JobLineage.Core.Sources;
using JobLineage.Tests.Store;

namespace JobLineage.Tests.Feed.Faults;

/// <summary>What checks the store against its source finds each kind of difference: a checker that finds nothing proves nothing.</summary>
public sealed class StoreAuditTests
{
    [Theory]
    [InlineData("update oban_jobs set state = 'completed' where id = 3", "its state is completed in the source and executing in the store")]
    [InlineData("update oban_jobs set attempt = 2 where id = 3", "its attempt is 2 in the source and 0 in the store")]
    [InlineData("update oban_jobs set meta = '{}' where id = 3", "its parent is none in the source and 1 in the store")]
    [InlineData("update oban_jobs set worker = 'App.Other' where id = 3", "its worker is App.Other in the source and App.Page in the store")]
    [InlineData("update oban_jobs set args = '{\"n\": 1}' where id = 3", "its arguments, meta data or errors")]
    [InlineData("update oban_jobs set priority = 1 where id = 3", "something that was read of it")]
    [InlineData("update job_lineage.payload set args = '{}' where id = '4'", "job 4: its arguments, meta data or errors")]
    [InlineData("update job_lineage.job set errors = '[]' where id = '4'", "job 4: its arguments lie in its row and beside it")]
    [InlineData("insert into job_lineage.payload (source_id, id) select source_id, '77' from job_lineage.payload", "job 77: what lies beside it")]
    [InlineData("insert into oban_jobs (id, worker) values (9, 'App.New')", "the source has it (available), the store does not")]
    [InlineData("delete from oban_jobs where id = 3", "the store has it (executing), the source does not")]
    [InlineData("update job_lineage.job set flags = 2 where id = '3'", "the store takes it for gone")]
    [InlineData("delete from oban_jobs where id = 3; update job_lineage.job set flags = 2 where id = '3'", "it was executing when it left the source, and the store takes it for gone")]
    [InlineData("update job_lineage.job set run_id = run_id + 1 where id = '3'", "its stage is of another run")]
    [InlineData("update job_lineage.job set stage_id = (select stage_id from job_lineage.job where id = '1') where id = '3'", "its stage is another worker's")]
    [InlineData("update job_lineage.job set flags = 8 where id = '3'", "its link is cut and closes no circle")]
    [InlineData("update job_lineage.run set root_id = '2'", "it is a root, and its run or its stage is not")]
    [InlineData("update job_lineage.stage set depth = 3 where depth = 2", "its stage does not stand below its parent's")]
    [InlineData("update job_lineage.run set executing = executing + 1", "run ")]
    [InlineData("update job_lineage.stage set discarded = discarded - 1", "stage ")]
    [InlineData("update job_lineage.stage set parents = 7", "stage ")]
    [InlineData("update job_lineage.stage_edge set jobs = jobs + 1", "edge from stage ")]
    [InlineData("delete from job_lineage.stage_edge", "edge from stage ")]
    [InlineData("update job_lineage.error_group set final = final + 1", "error group ")]
    [InlineData("update job_lineage.single set available = 5", "singles of worker 'App.Mail'")]
    [InlineData("insert into job_lineage.single (source_id, worker, completed) select source_id, 0, 1 from job_lineage.single", "singles of worker")]
    [InlineData("update job_lineage.job set children = 4 where id = '1'", "children of job 1")]
    [InlineData("insert into job_lineage.stage (source_id, id, run_id, worker, depth) values (1, -1, -1, 1, 1)", "the run of stage -1")]
    public async Task Each_kind_of_difference_is_found(string harm, string sentence)
    {
        await using var fixture = await StoreFixture.ObanAsync();
        await fixture.ObanJobsAsync(
            (1, null, "App.Sync", "completed"), (2, "1", "App.Page", "discarded"), (3, "1", "App.Page", "executing"), (4, null, "App.Mail", "available"));
        await fixture.SqlAsync("update oban_jobs set errors = array['{\"attempt\": 1, \"error\": \"boom\"}'::jsonb] where id = 2");
        await fixture.SqlAsync("update oban_jobs set args = jsonb_build_object('long', repeat('x', 300)) where id = 4");
        await fixture.FilledAsync();
        var audit = new StoreAudit(fixture.Store, (await SourceProbe.ProbeAsync(Presets.Oban("oban"), fixture.Source)).Source!, fixture.Source);
        Assert.Empty(await audit.FindAsync());

        await fixture.SqlAsync(harm);

        Assert.Contains(await audit.FindAsync(), d => d.Contains(sentence));
    }
}
