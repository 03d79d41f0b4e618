namespace JobLineage.Tests.Engines;

/// <summary>Which members of a mapping read other rows than the job's own: such a job changes without a change of its row.</summary>
public sealed class OutsideTests
{
    private const string Tables = """
        create table steps (job bigint, state text, n int);
        create table parted (job bigint, state text) partition by list (state);
        create table parted_a partition of parted for values in ('a');
        create table tasks (
            id bigserial primary key, status text default 'available', kind text default 'a', payload jsonb, errors text[], x jsonb, a int, b int, created_at timestamptz default now());
        create function looked_up(bigint) returns text language sql stable as 'select state from steps where job = $1'
        """;

    [Theory]
    [InlineData("payload->>'parent'", false)]
    [InlineData("'select x from steps'", false)]
    [InlineData("extract(epoch from created_at)", false)]
    [InlineData("(select extract(epoch from created_at))", false)]
    [InlineData("(select max(e) from unnest(job.errors) e)", false)]
    [InlineData("(select max(a.e) from lateral unnest(job.errors) with ordinality a (e, n), jsonb_array_elements(job.x) b where n > 1)", false)]
    [InlineData("(select 1 from (values (1), (2)) v (x) limit 1)", false)]
    [InlineData("(select a is distinct from b)", false)]
    [InlineData("(select s.state from steps s where s.job = job.id limit 1)", true)]
    [InlineData("(SELECT state FROM public.\"steps\" WHERE steps.job = job.id limit 1)", true)]
    [InlineData("(select 1 from unnest(job.errors) e, steps limit 1)", true)]
    [InlineData("(select 1 from unnest(job.errors) e join steps on true limit 1)", true)]
    [InlineData("(select 1 from unnest(job.errors) e left join (unnest(job.errors) f join steps on true) on true limit 1)", true)]
    [InlineData("(select 1 from (steps cross join unnest(job.errors)) limit 1)", true)]
    [InlineData("(select max(e) from unnest(job.errors) e where e in (select state from steps))", true)]
    [InlineData("exists (select from steps where steps.job = job.id)", true)]
    [InlineData("exists (table steps)", true)]
    [InlineData("(select n from (select count(*) n from steps) y)", true)]
    [InlineData("(with s as (select state from steps) select max(state) from s)", true)]
    [InlineData("(select max(t.kind) from tasks t where t.id = job.a)", true)]
    [InlineData("(select max(job.state) from parted job)", true)]
    [InlineData("looked_up(job.id)", true)]
    public async Task The_planner_says_what_an_expression_reads(string expression, bool reads)
    {
        await using var fixture = await TasksTable.CreateAsync(Tables);
        var source = await fixture.ProbedAsync(TasksTable.Mapping with { LastError = expression });
        Assert.Equal(reads ? ["LastError"] : [], source.Outside);
    }

    [Fact]
    public async Task What_a_policy_of_the_table_reads_is_no_member_s()
    {
        await using var fixture = await TasksTable.CreateAsync(Tables);
        await fixture.Database.ExecuteAsync("""
            create policy visible on tasks for select using (exists (select from steps where steps.job = tasks.id));
            alter table tasks enable row level security, force row level security
            """);
        Assert.Empty((await fixture.ProbedAsync(TasksTable.Mapping with { LastError = "kind" })).Outside);
    }
}
