using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Tests.Components;

/// <summary>Whatever an id was copied with, it is found.</summary>
public sealed class PastedIdTests
{
    [Theory]
    [InlineData("123")]
    [InlineData("  123\n")]
    [InlineData("\t123\u00a0")]
    [InlineData("\"123\"")]
    [InlineData("'123',")]
    [InlineData("`123`")]
    [InlineData("“123”.")]
    [InlineData("#123")]
    [InlineData("(#123)")]
    [InlineData("job 123")]
    [InlineData("Job #123")]
    [InlineData("job_id: 123")]
    [InlineData("id=123")]
    [InlineData("\"id\": 123,")]
    [InlineData("{\"id\": 123}")]
    [InlineData("https://ops.internal/oban/jobs/123")]
    [InlineData("https://ops.internal/oban/jobs/123?state=discarded&page=2")]
    [InlineData("<https://ops.internal/admin/oban/jobs/123/>")]
    [InlineData("http://localhost:4000/oban/jobs/123#errors")]
    [InlineData("https://queue.internal/show/123")]
    [InlineData("/oban/jobs/123")]
    [InlineData("http://127.0.0.1:5080/jobs/oban/123")]
    [InlineData("http://127.0.0.1:5080/runs/oban/7?tab=tree&job=123")]
    [InlineData("runs/oban/123?stage=SyncJob")]
    [InlineData("https://host/base/admin/job-lineage/123")]
    [InlineData("/admin/job-lineage?id=123")]
    public void An_id_is_found_in_what_it_was_copied_with(string pasted) =>
        Assert.Equal("123", PastedId.Candidates(pasted)[^1]);

    [Theory]
    [InlineData("http://127.0.0.1:5080/jobs/mails/tenant%2F7/mail%20a", "tenant/7/mail a")]
    [InlineData("admin/job-lineage/tenant/7", "tenant/7")]
    [InlineData("8b2f6c1e-0000-4000-8000-00000000000a", "8b2f6c1e-0000-4000-8000-00000000000a")]
    [InlineData("job-17", "job-17")]
    [InlineData("<script>alert(1)</script>", "script>alert(1)</script")]
    [InlineData("%2e%2e/%00", "%2e%2e/%00")]
    public void Ids_of_other_kinds_stay_as_they_are(string pasted, string expected) =>
        Assert.Contains(expected, PastedId.Candidates(pasted));

    [Theory]
    [InlineData("#42")]
    [InlineData("\"quoted\"")]
    [InlineData("https://ops.internal/oban/jobs/123")]
    [InlineData("job 7")]
    public void What_was_pasted_may_itself_be_an_id_and_is_tried_first(string pasted) =>
        Assert.Equal(pasted, PastedId.Candidates(pasted)[0]);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  \n")]
    [InlineData("12\03")]
    public void What_no_queue_can_have_is_not_looked_for(string? pasted) => Assert.Empty(PastedId.Candidates(pasted));

    [Fact]
    public void A_whole_page_is_no_id() => Assert.Empty(PastedId.Candidates(new string('1', 1_001)));
}
