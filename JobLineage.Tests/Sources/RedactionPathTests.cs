using System.Text;
using System.Text.Json;
using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;
using JobLineage.Core.Export;
using JobLineage.Core.Feed;
using JobLineage.Core.Lineage;
using JobLineage.Core.Runs;
using JobLineage.Core.Sources;
using JobLineage.Core.Store.Reading;
using JobLineage.Tests.Alerts;
using JobLineage.Tests.Architecture;
using JobLineage.Tests.Cli;
using JobLineage.Tests.Store;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Sources;

/// <summary>There is one way out of a queue, and redaction stands in it.</summary>
public sealed class RedactionPathTests
{
    private const string Canary = "canary7";

    /// <summary>The rooms that speak to sources.</summary>
    private static readonly string[] Rooms = ["JobLineage.Core.Engines.", "JobLineage.Core.Sources.", "JobLineage.Core.Lineage.", "JobLineage.Core.Feed."];

    /// <summary>By these one speaks to a database.</summary>
    private static readonly string[] Means = ["JobLineage.Core.Sources.SourceCommand", "JobLineage.Core.Postgres.RowCursor", "Npgsql.NpgsqlBatch", "Npgsql.NpgsqlCommand", "Npgsql.NpgsqlDataReader"];

    /// <summary>Types that speak to a source or the store and show nothing of what people put into jobs: ids, states, times, plans, the catalog, our own tables.</summary>
    private static readonly string[] WithoutContent =
    [
        "SourceCommand", "SourceIndexes", "EngineTables", "SchemaPatterns", "SourceScanner", "SourceProbe", "SourceReach", "MappingCheck", "SourceCatchUp", "TriggerInstaller", "TriggerConsumer", "TriggerListener",
        // What the server says of a row's value goes through what it is given.
        "MappingDoctor",
    ];

    /// <summary>Whoever reads from a source either redacts or is known to read nothing that could need it.</summary>
    [Fact]
    public void Whoever_speaks_to_a_source_redacts_what_people_put_into_jobs()
    {
        var arrows = TypeReferences.Of(typeof(Redaction).Assembly);
        var readers = arrows.Where(a => Means.Contains(a.To) && Array.Exists(Rooms, room => a.From.StartsWith(room, StringComparison.Ordinal))).Select(a => a.From).Distinct().ToList();
        var redacting = arrows.Where(a => a.To == "JobLineage.Core.Sources.Redaction").Select(a => a.From).ToHashSet();

        Assert.Contains("JobLineage.Core.Sources.SourceReader", readers);
        Assert.Contains("JobLineage.Core.Sources.NativeRowReader", readers);
        Assert.Contains("JobLineage.Core.Lineage.LineageReader", readers);
        // A name on the list that nobody needs would hide the next one.
        Assert.All(WithoutContent, name => Assert.Contains(readers, reader => reader.EndsWith('.' + name, StringComparison.Ordinal) && !redacting.Contains(reader)));
        Assert.All(readers, reader => Assert.True(
            redacting.Contains(reader) || WithoutContent.Contains(reader[(reader.LastIndexOf('.') + 1)..]),
            $"{reader} reads from a source and does not go through Redaction."));
    }

    [Fact]
    public async Task No_output_holds_what_a_queue_keeps_secret()
    {
        await using var digests = await DigestFixture.CreateAsync();
        var fixture = digests.Store;
        var secrets = $$$"""
            {"tokens": ["{{{Canary}}}"], "dbpassword": "{{{Canary}}}", "accesstoken": "{{{Canary}}}", "h": "Bearer {{{Canary}}}", "u": "https://x/?access_token={{{Canary}}}&y=1",
             "c": "Host=db;Password={{{Canary}}} x;Database=y", "r": "redis://:{{{Canary}}}@h", "g": "https://{{{Canary}}}@host/x", "in": "{\"password\": \"{{{Canary}}}\", \"deep\": \"{\\\"token\\\": \\\"{{{Canary}}}\\\"}\"}",
             "list": "tokens: [\"{{{Canary}}}\", \"{{{Canary}}}\"]", "gh": "ghp_{{{Canary}}}0123456789", "target_id": "harmless"}
            """;
        await fixture.SqlAsync(
            """
            alter table oban_jobs add column session_cookie text, add column note text;
            insert into oban_jobs (id, worker, state, attempt, max_attempts, attempted_at, discarded_at, args, meta, errors, session_cookie, note)
            values (1, 'App.Sync', 'completed', 1, 1, now(), null, '{}', null, '{}', @canary, 'password=' || @canary),
                (2, 'App.Page', 'discarded', 3, 3, timestamp '2026-03-14 12:00', timestamp '2026-03-14 12:01', @secrets::jsonb, @secrets::jsonb || '{"parent_job_id": 1}',
                array[jsonb_build_object('attempt', 1, 'error', @secrets), jsonb_build_object('attempt', 2, 'error', jsonb_build_array(@secrets, 'secret=' || @canary)), jsonb_build_object('attempt', 3, 'error', '** (Boom) %{tokens: ["' || @canary || '"]} redis://:' || @canary || '@h')],
                @canary, @secrets)
            """, new { secrets, canary = Canary });
        await digests.Feed.TickAsync();
        var outputs = new Dictionary<string, string>();

        // The store: every row of every table.
        var tables = await fixture.Database.TextsAsync("select format('%I', tablename) from pg_tables where schemaname = 'job_lineage'");
        foreach (var table in tables)
            outputs["store " + table] = await fixture.Database.ScalarAsync<string>($"select coalesce(string_agg(t::text, chr(10)), '') from job_lineage.{table} t") ?? "";
        // The row as its table has it.
        var rows = new NativeRows([new(Presets.Oban("oban"), fixture.Source, new())], TimeProvider.System);
        outputs["native row"] = JsonSerializer.Serialize(await rows.FindAsync("oban", "2", default));
        // Exports out of the store.
        foreach (var format in Enum.GetValues<ExportFormat>())
        {
            await using var export = await new ExportReader(fixture.Store, fixture.Reader, TimeProvider.System).OpenAsync(new() { Source = "oban", RootId = "1" }, default);
            using var output = new MemoryStream();
            await format.WriteAsync(export!, output);
            outputs["export " + format] = Encoding.UTF8.GetString(output.ToArray());
        }

        // The terminal.
        var preset = new[] { "--preset", "oban", "--connection", fixture.Database.ConnectionString };
        foreach (var verb in (string[][])[["tree", "1"], ["tree", "1", "--jobs", "--json"], ["children", "1", "--json"], ["export", "1"], ["export", "1", "--format", "csv"], ["export", "1", "--format", "text"], ["infer", "1", "--json", "--jobs"]])
            outputs["terminal " + string.Join(' ', verb)] = (await LineageCommandsTests.RunAsync([.. verb, .. preset])).Output;
        // Digests, as they are kept and as they are sent.
        var message = (await digests.MakeAsync())!;
        outputs["digest"] = message.Subject + message.Text + message.Html + JsonSerializer.Serialize(message.Content);
        using var folder = new TempFolder();
        await new FileChannel(new(folder.Path, new("a@example.com", null), [new("b@example.com", null)])).SendAsync(message, default);
        foreach (var file in Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories))
            outputs["mail " + Path.GetExtension(file)] = Decoded(await File.ReadAllTextAsync(file));
        Assert.Contains("Boom", outputs["mail .eml"]);
        // Pages and the API read these.
        outputs["job"] = JsonSerializer.Serialize(await fixture.JobAsync(2));
        var views = new ViewsReader(fixture.Store, TimeProvider.System);
        outputs["jobs"] = JsonSerializer.Serialize(await views.ListJobsAsync(new() { Source = "oban", RootId = "1" }, default));
        outputs["errors"] = JsonSerializer.Serialize(await views.FindErrorsAsync("oban", "1", default));
        // What is searched for is not found either.
        outputs["search"] = string.Concat((await views.ListJobsAsync(new() { Source = "oban", RootId = "1", Filter = new() { Texts = [Canary] } }, default))!.Jobs.Select(j => Canary));

        Assert.All(outputs, o => Assert.False(o.Value.Contains(Canary, StringComparison.Ordinal), $"{o.Key}: …{Around(o.Value)}…"));
        Assert.Contains("harmless", outputs["job"]);
        Assert.Contains("Boom", outputs["digest"]);
        Assert.Contains(Redaction.Mark, outputs["terminal export 1"]);
    }

    [Fact]
    public async Task No_sentence_about_a_row_that_can_t_be_read_holds_what_it_keeps_secret()
    {
        await using var digests = await DigestFixture.CreateAsync();
        var fixture = digests.Store;
        await fixture.SqlAsync($$"""
            create table t (id bigserial primary key, status text default 'completed', kind text default 'A', payload jsonb default '{}', at text default '2026-01-01');
            insert into t (payload) values ('{}'), (jsonb_build_object('parent', 1));
            insert into t (payload) values (jsonb_build_object('parent', 'password={{Canary}}' || repeat(' x', 5000)));
            insert into t (at) values ('https://ann:{{Canary}}@host/x');
            insert into t (status) values ('token={{Canary}}')
            """);
        var mapping = PoisonMapping;
        var feed = await fixture.FilledAsync(mapping);
        await feed.TickAsync();
        var outputs = new Dictionary<string, string>
        {
            ["put aside"] = await fixture.Database.ScalarAsync<string>("select string_agg(p::text, chr(10)) from job_lineage.put_aside p") ?? "",
            ["doctor"] = string.Join('\n', await Engines.TasksTable.DoctorAsync(fixture.Source, mapping)),
            ["message"] = SourceFaults.Explain("t", await FaultAsync(fixture), new Redaction().Line).Message,
        };
        var settings = new Dictionary<string, string?>
        {
            ["JobLineage:Sources:t:ConnectionString"] = fixture.Database.ConnectionString,
            ["JobLineage:Sources:t:Table"] = "t",
            ["JobLineage:Sources:t:State"] = "status",
            ["JobLineage:Sources:t:States:completed"] = "completed",
            ["JobLineage:Sources:t:Worker"] = "kind",
            ["JobLineage:Sources:t:ParentId"] = mapping.ParentId,
            ["JobLineage:Sources:t:InsertedAt"] = mapping.InsertedAt,
        };
        foreach (var verb in (string[])["tree", "export", "infer", "doctor"])
        {
            var ran = await LineageCommandsTests.RunAsync(verb == "doctor" ? [verb, "--source", "t"] : [verb, "1", "--source", "t"], settings);
            outputs["terminal " + verb] = ran.Output + ran.Error;
        }

        Assert.All(outputs, o => Assert.False(o.Value.Contains(Canary, StringComparison.Ordinal), $"{o.Key}: …{Around(o.Value)}…"));
        Assert.All(outputs, o => Assert.DoesNotContain(string.Concat(Enumerable.Repeat(" x", 160)), o.Value));
        Assert.All(outputs, o => Assert.Contains("ParentId of row 3", o.Key is "message" or "terminal infer" ? "ParentId of row 3" : o.Value));
        Assert.Contains("[redacted]", outputs["put aside"]);
    }

    private static SourceMapping PoisonMapping => Engines.TasksTable.Mapping with
    {
        Name = "t",
        Table = "t",
        ParentId = "(payload->>'parent')::bigint",
        InsertedAt = "at::timestamptz",
    };

    private static async Task<Exception> FaultAsync(StoreFixture fixture)
    {
        await using var command = fixture.Source.CreateCommand("select (payload->>'parent')::bigint from t order by id");
        return await Assert.ThrowsAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync());
    }

    /// <summary>A message as its reader sees it: each part that is in base64 is read.</summary>
    private static string Decoded(string eml) => string.Join('\n', eml.ReplaceLineEndings("\n").Split("\n\n").Select(part =>
    {
        var lines = part.Split('\n').TakeWhile(l => !l.StartsWith("--", StringComparison.Ordinal));
        var text = string.Concat(lines);
        return text.Length > 0 && Convert.TryFromBase64String(text, new byte[text.Length], out _) ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : part;
    }));

    private static string Around(string text) =>
        text.IndexOf(Canary, StringComparison.Ordinal) is var at and >= 0 ? text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 40)] : "";
}
