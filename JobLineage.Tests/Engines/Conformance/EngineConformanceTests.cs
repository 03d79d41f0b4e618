using JobLineage.Core.Feed;
using JobLineage.Core.Feed.Trigger;
using JobLineage.Core.Lineage;
using JobLineage.Core.Model;
using JobLineage.Core.Store;
using JobLineage.Tests.Feed;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Engines.Conformance;

/// <summary>What every engine must do, on rows that it really wrote: whatever way they are read, they come to the same, and that is true.</summary>
[Takes(60)]
public sealed class EngineConformanceTests
{
    public static TheoryData<string> Engines => [.. EngineCase.All.Keys];

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task The_probe_finds_all_of_it_and_every_statement_can_be_planned(string name)
    {
        var engine = EngineCase.All[name]();
        await using var fixture = await StoreFixture.CreateAsync();
        await LoadAsync(fixture.Database, engine, engine.Mapping.Schema);
        var (source, problem) = await SourceProbe.ProbeAsync(engine.Mapping, fixture.Source);
        Assert.Null(problem);
        Assert.Null(source!.Reach);
        if (Presets.Engine(engine.Mapping.Preset) is { } known)
        {
            var reader = new Core.Sources.EngineReader(known, engine.Mapping, fixture.Source, new());
            if (known.VersionSql(engine.Mapping) is not null)
                Assert.Contains(engine.Version ?? "", known.Judge(engine.Mapping, await reader.VersionAsync(default))!.Message, StringComparison.Ordinal);
            var (evidence, unread) = await reader.EvidenceAsync(default);
            Assert.Null(unread);
            Assert.Equal(engine.Said, evidence.Queues.OrderBy(q => q.Queue, StringComparer.Ordinal));
            // Whether one is alive depends on the moment.
            Assert.Equal(engine.Working, evidence.Nodes.Select(n => n with { IsAlive = false }).OrderBy(n => n.Queue, StringComparer.Ordinal));
            Assert.Equal(engine.Missing, source.Missing);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task The_terminal_tells_the_stages_as_they_were_counted(string name)
    {
        var engine = EngineCase.All[name]();
        await using var fixture = await StoreFixture.CreateAsync();
        await LoadAsync(fixture.Database, engine, engine.Mapping.Schema);
        var queries = new LineageQueries(await ProbedAsync(fixture, engine), fixture.Source);
        var runs = new List<RunSnapshot>();
        foreach (var root in engine.Roots)
            runs.Add((await queries.GetPipelineStatsAsync(root))!.Run);
        Assert.Equal(engine.Stages, Stages(runs));
        if (engine.Way.Above.Length > 0)
            Assert.Equal(engine.Way.Above, (await queries.GetAncestorsAsync(engine.Way.Leaf))!.Ancestors.Select(a => a.Id));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_first_reading_tells_the_same_and_so_does_a_comparison(string name)
    {
        var engine = EngineCase.All[name]();
        await using var fixture = await StoreFixture.CreateAsync();
        await LoadAsync(fixture.Database, engine, engine.Mapping.Schema);
        var feed = await fixture.FilledAsync(engine.Mapping);
        var runs = new List<RunSnapshot>();
        foreach (var root in engine.Roots)
            runs.Add(await fixture.RunAsync(root, "q"));
        Assert.Equal(engine.Stages, Stages(runs));
        Assert.Equal(engine.Failed.Order(StringComparer.Ordinal), (await FailedAsync(fixture.Database)).Order(StringComparer.Ordinal));
        Assert.Equal(Always(feed), await feed.ReconcileAsync());
        Assert.Equal(0, await feed.TickAsync());
        if (engine.Way.Above.Length > 0)
            Assert.Equal(engine.Way.Above, (await fixture.JobAsync(engine.Way.Leaf, "q")).Ancestors.Select(a => a.Id));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Polling_comes_to_the_same_whatever_it_sees_first(string name)
    {
        var engine = EngineCase.All[name]();
        await using var fixture = await StoreFixture.CreateAsync();
        await MakeAsync(fixture.Database, engine);
        var feed = await fixture.FilledAsync(engine.Mapping);
        foreach (var step in Steps(engine))
        {
            await fixture.SqlAsync(step);
            await feed.TickAsync();
        }

        // What is over, was inserted long ago, and has an id that is no number, is no news: rows that were recorded yesterday are found by comparing. Of all
        // others is there already what their own rows say; whose children and of which run they are may hang on those.
        var fresh = await FreshlyAsync(engine);
        if (feed.Reader.Source.IdKind != JobIdKind.BigInt)
        {
            Assert.NotEmpty(fresh.Unfinished);
            Assert.Equal(fresh.Unfinished, await StoredAsync(fixture.Database, Unfinished));
            await feed.ReconcileAsync();
        }

        Assert.Equal(fresh.All, await StoredAsync(fixture.Database));
        Assert.Equal(engine.Failed.Order(StringComparer.Ordinal), (await FailedAsync(fixture.Database)).Order(StringComparer.Ordinal));
        Assert.Equal(Always(feed), await feed.ReconcileAsync());
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task The_trigger_comes_to_the_same(string name)
    {
        var engine = EngineCase.All[name]();
        await using var fixture = await StoreFixture.CreateAsync();
        await MakeAsync(fixture.Database, engine);
        await new TriggerInstaller((await ProbedAsync(fixture, engine)).Mapping, fixture.Source).InstallAsync();
        await using var feed = await FreshFeed.CreateAsync(fixture.Source);
        await feed.StartAsync(engine.Mapping);
        await feed.UntilAsync(FeedState.Live);
        foreach (var step in Steps(engine))
            await fixture.SqlAsync(step);

        // Whoever follows here takes no secrets out.
        var expected = await FreshAsync(engine, new([]));
        await feed.UntilAsync(async () => await feed.StoredAsync<string>(Stored) == expected, async () => Differing(expected, await feed.StoredAsync<string>(Stored)));
        Assert.Equal(engine.Failed.Order(StringComparer.Ordinal), (await feed.StoredAsync<string[]>(Failures))!.Order(StringComparer.Ordinal));
        Assert.Null(await feed.MessageAsync());
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task A_comparison_finds_what_nobody_announced(string name)
    {
        var engine = EngineCase.All[name]();
        await using var fixture = await StoreFixture.CreateAsync();
        await MakeAsync(fixture.Database, engine);
        var feed = await fixture.FilledAsync(engine.Mapping);
        foreach (var step in Steps(engine))
            await fixture.SqlAsync(step);

        await feed.ReconcileAsync();
        Assert.Equal(await FreshAsync(engine), await StoredAsync(fixture.Database));
        Assert.Equal(Always(feed), await feed.ReconcileAsync());
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task What_is_pruned_stays_as_it_was(string name)
    {
        var engine = EngineCase.All[name]();
        await using var fixture = await StoreFixture.CreateAsync();
        await LoadAsync(fixture.Database, engine, engine.Mapping.Schema);
        var feed = await fixture.FilledAsync(engine.Mapping);
        var before = await StoredAsync(fixture.Database);
        var finished = await fixture.Database.ScalarAsync<string[]>($"select array_agg(id order by id) from job_lineage.job where state >= {(short)JobState.Completed}");
        var (table, id) = engine.Tables[0];
        await fixture.SqlAsync($"set session_replication_role = replica; delete from {engine.Mapping.Schema}.{table} where {id}::text = any(@finished); set session_replication_role = origin", new { finished });

        Assert.Equal(finished!.Length + Always(feed), await feed.ReconcileAsync());
        Assert.Equal(before, await StoredAsync(fixture.Database));
        Assert.Equal(finished.Length, await fixture.Database.ScalarAsync<long>("select count(*) from job_lineage.job where flags & 7 = 2"));
        Assert.Equal(Always(feed), await feed.ReconcileAsync());
    }

    /// <summary>
    /// The rows as they would come: half of the jobs before anything that other tables say of them, and that; every job once more; the other half, and
    /// last of all what other tables say of it, which nothing but those tables announces.
    /// </summary>
    private static IEnumerable<string> Steps(EngineCase engine)
    {
        var (jobs, id) = engine.Tables[0];
        var (schema, middle) = (engine.Mapping.Schema, $"(select percentile_disc(0.5) within group (order by {id}) from recorded.{jobs})");
        yield return Copy(engine, jobs, $"where {id} <= {middle}");
        foreach (var (table, job) in engine.Tables.Skip(1))
            yield return Copy(engine, table, $"where {job} <= {middle}");
        yield return $"update {schema}.{jobs} set {engine.Touched ?? id} = {engine.Touched ?? id}";
        yield return Copy(engine, jobs, $"where {id} > {middle}");
        foreach (var (table, job) in engine.Tables.Skip(1))
            yield return Copy(engine, table, $"where {job} > {middle}");
    }

    private static string Copy(EngineCase engine, string table, string where) =>
        $"""
        do $copy$ begin execute (
            select format('insert into {engine.Mapping.Schema}.{table} (%1$s) overriding system value select %1$s from recorded.{table} {where}', string_agg(quote_ident(attname), ', '))
            from pg_attribute where attrelid = '{engine.Mapping.Schema}.{table}'::regclass and attnum > 0 and not attisdropped and attgenerated = ''); end $copy$
        """;

    /// <summary>The engine's tables, empty, and the recorded rows in a schema beside them.</summary>
    private static async Task MakeAsync(TestDatabase database, EngineCase engine)
    {
        await LoadAsync(database, engine, engine.Mapping.Schema);
        await database.ExecuteAsync("create schema recorded");
        foreach (var (table, _) in engine.Tables)
            await database.ExecuteAsync($"create table recorded.{table} as select * from {engine.Mapping.Schema}.{table}; alter table {engine.Mapping.Schema}.{table} disable trigger all");
        await database.ExecuteAsync(string.Join(";\n", engine.Tables.Reverse().Select(t => $"delete from {engine.Mapping.Schema}.{t.Table}")));
    }

    internal static async Task LoadAsync(TestDatabase database, EngineCase engine, string schema)
    {
        await database.ExecuteAsync(engine.Schema);
        await using var connection = await database.OpenAsync();
        await using (var replica = new NpgsqlCommand("set session_replication_role = replica", connection))
            await replica.ExecuteNonQueryAsync();
        foreach (var (table, csv) in engine.Beside.Concat(engine.Rows))
        {
            await using var writer = await connection.BeginTextImportAsync($"copy {schema}.{table} ({csv.AsSpan(0, csv.IndexOf('\n')).TrimEnd('\r')}) from stdin (format csv, header)");
            await writer.WriteAsync(csv);
        }

        foreach (var step in engine.Replay.Take(engine.Moment))
            await database.ExecuteAsync(step);
    }

    private static async Task<ProbedSource> ProbedAsync(StoreFixture fixture, EngineCase engine)
    {
        var (source, problem) = await SourceProbe.ProbeAsync(engine.Mapping, fixture.Source);
        Assert.Null(problem);
        return source!;
    }

    /// <summary>What a first reading of all of it stores.</summary>
    private static async Task<string> FreshAsync(EngineCase engine, Core.Sources.Redaction? redaction = null) => (await FreshlyAsync(engine, redaction)).All;

    private static async Task<(string Unfinished, string All)> FreshlyAsync(EngineCase engine, Core.Sources.Redaction? redaction = null)
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await LoadAsync(fixture.Database, engine, engine.Mapping.Schema);
        await fixture.FilledAsync(engine.Mapping, redaction: redaction);
        return (await StoredAsync(fixture.Database, Unfinished), await StoredAsync(fixture.Database));
    }

    /// <summary>Where ids may be NULL, rows without one are asked for each time.</summary>
    internal static int Always(HandFeed feed) => feed.Reader.Source.MayLackIds ? 1 : 0;

    /// <summary>The lines that only one of two texts has.</summary>
    internal static string Differing(string expected, string? actual) =>
        string.Join('\n', expected.Split('\n').Except(actual?.Split('\n') ?? []).Select(line => $"expected {line}").Concat((actual?.Split('\n') ?? []).Except(expected.Split('\n')).Select(line => $"found    {line}")));

    private static string[] Stages(IEnumerable<RunSnapshot> runs) =>
        [.. runs.SelectMany(r => r.Stages).GroupBy(s => s.Path, s => s.Counts.Total).Select(s => $"{s.Key} {s.Sum()}").Order(StringComparer.Ordinal)];

    private static async Task<string> StoredAsync(TestDatabase database, string sql = Stored) => (await database.ScalarAsync<string>(sql))!;

    private static async Task<string[]> FailedAsync(TestDatabase database) => (await database.ScalarAsync<string[]>(Failures))!;

    internal const string Failures = "select coalesce(array_agg(distinct job_id), '{}') from job_lineage.failure";

    /// <summary>What the store holds of a job by what its own row says.</summary>
    private const string Own = """
        j.id, w.text, q.text, s.text, j.state, j.flags & 29, j.attempt, j.max_attempts, j.priority, j.parent_id, j.run_key,
            j.inserted_at, j.scheduled_at, j.attempted_at, j.finished_at, j.attempted_by, md5(concat(j.args, p.args, j.meta, p.meta, j.errors, p.errors))
        """;

    private const string From = """
        from job_lineage.job j
            join job_lineage.label w on w.id = j.worker join job_lineage.label q on q.id = j.queue left join job_lineage.label s on s.id = j.step
            left join job_lineage.payload p on p.source_id = j.source_id and p.id = j.id
            left join job_lineage.run r on r.id = j.run_id left join job_lineage.stage t on t.id = j.stage_id
        """;

    /// <summary>All that the store holds of the jobs, but for numbers of its own, and whether their rows are still there.</summary>
    internal const string Stored = $"select string_agg(concat_ws(' ', {Own}, j.children, r.root_id, t.depth), E'\\n' order by j.id) {From}";

    /// <summary>What their own rows say, of jobs that are not over; and not what was only named as a parent.</summary>
    private static readonly string Unfinished =
        $"select coalesce(string_agg(concat_ws(' ', {Own}), E'\\n' order by j.id), '') {From} where j.state < {(short)JobState.Completed} and j.flags & {(short)JobFlags.Missing} = 0";
}
