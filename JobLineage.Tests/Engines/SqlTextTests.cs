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
    [InlineData("(select max(e) from unnest(job.errors) e)", true)]
    [InlineData("exists (table steps)", true)]
    public void A_subquery_is_known_by_its_first_word(string expression, bool has) => Assert.Equal(has, SqlText.HasSubquery(expression));

    [Fact]
    public void Calls_are_found_and_literals_are_not() =>
        Assert.Equal(["coalesce", "state_of"], SqlText.Calls("coalesce(state_of (job.id), 'f(x)')"));
}
