using JobLineage.Core.Engines.Sql;

namespace JobLineage.Tests.Engines;

public sealed class SqlTextTests
{
    [Theory]
    [InlineData("job.payload->>'parent'", "payload->>'parent'")]
    [InlineData("JOB . \"Weird job.\" || \"job\".x", " \"Weird job.\" || x")]
    [InlineData("'job.x' || job.x -- job.y", "'job.x' || x -- job.y")]
    [InlineData("other.job.x || jobs.x || ajob.x", "other.job.x || jobs.x || ajob.x")]
    [InlineData("$q$ job.x $q$ || E'\\' job.x' || job.y /* job.z /* job.z */ job.z */", "$q$ job.x $q$ || E'\\' job.x' || y /* job.z /* job.z */ job.z */")]
    [InlineData("'it''s job.x' || job.x", "'it''s job.x' || x")]
    [InlineData("'unfinished job.x", "'unfinished job.x")]
    public void An_index_holds_the_expression_without_the_alias(string expression, string expected) =>
        Assert.Equal(expected.Replace(" ", ""), SqlText.WithoutAlias(expression).Replace(" ", ""));

    [Theory]
    [InlineData("payload->>'parent'", false)]
    [InlineData("'select x from y'", false)]
    [InlineData("extract(epoch from created_at)", false)]
    [InlineData("(select extract(epoch from created_at))", false)]
    [InlineData("(select max(e) from unnest(job.errors) e)", false)]
    [InlineData("(select max(a.e) from lateral unnest(job.errors) with ordinality a (e, n), jsonb_array_elements(job.x) b where n > 1)", false)]
    [InlineData("(select 1 from (values (1), (2)) v (x))", false)]
    [InlineData("(select a is distinct from b)", false)]
    [InlineData("(select s.state from steps s where s.job = job.id)", true)]
    [InlineData("(SELECT state FROM public.\"Steps\" WHERE job_id = job.id)", true)]
    [InlineData("(select 1 from unnest(job.errors) e, steps)", true)]
    [InlineData("(select 1 from unnest(job.errors) e join steps on true)", true)]
    [InlineData("exists (select from steps where job_id = job.id)", true)]
    [InlineData("exists (table steps)", true)]
    [InlineData("(select n from (select count(*) n from steps) x)", true)]
    public void A_subquery_reads_tables_when_its_from_names_one(string expression, bool reads) => Assert.Equal(reads, SqlText.ReadsTables(expression));

    [Fact]
    public void Calls_are_found_and_literals_are_not() =>
        Assert.Equal(["coalesce", "state_of"], SqlText.Calls("coalesce(state_of (job.id), 'f(x)')"));
}
