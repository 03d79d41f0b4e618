using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Sources;

public sealed class SourcesConfigurationTests
{
    private const string Oban = "JobLineage:Sources:oban";
    private const string Tasks = "JobLineage:Sources:tasks";

    [Fact]
    public void A_preset_and_a_connection_are_a_source()
    {
        var read = Read((Oban + ":Preset", "oban"), (Oban + ":ConnectionString", "postgres://me@db.test/app"), (Oban + ":Schema", "tenant-2"), (Oban + ":Feed", "poll"));
        Assert.Empty(read.Errors);
        var source = Assert.Single(read.Sources);
        Assert.Equal(("oban", "tenant-2", "oban_jobs", FeedKind.Poll), (source.Name, source.Mapping.Schema, source.Mapping.Table, source.Feed));
        Assert.Contains("Host=db.test", source.ConnectionString);
        Assert.NotNull(source.Mapping.ParentKey);
        Assert.Same(source, read.Find("OBAN"));
    }

    [Fact]
    public void A_queue_of_ones_own_is_a_mapping()
    {
        var read = Read(
            (Tasks + ":ConnectionString", "Host=db"), (Tasks + ":Table", "tasks"), (Tasks + ":State", "status"), (Tasks + ":Worker", "kind"),
            (Tasks + ":ParentId", "\"Data\" ->> 'parent'"), (Tasks + ":States:new", "available"), (Tasks + ":States:ok", "completed"),
            (Tasks + ":Steps:0", "first"), (Tasks + ":Steps:1", "second"), (Tasks + ":Unfinished", "not done"));
        Assert.Empty(read.Errors);
        var mapping = Assert.Single(read.Sources).Mapping;
        Assert.Equal(("custom", "status", "kind", "id"), (mapping.Preset, mapping.State, mapping.Worker, mapping.Id));
        Assert.Equal(new JsonKey("Data", "parent"), mapping.ParentKey);
        Assert.Equal(JobState.Available, mapping.States["new"]);
        Assert.Equal(JobState.Discarded, mapping.States["discarded"]);
        Assert.Equal(["first", "second"], mapping.Steps);
        Assert.Equal(["not done"], mapping.Unfinished);
    }

    [Fact]
    public void What_a_preset_derives_from_an_expression_goes_with_it()
    {
        var read = Read(
            (Oban + ":Preset", "oban"), (Oban + ":ConnectionString", "Host=db"), (Oban + ":ParentId", "coalesce(meta->>'a', meta->>'b')"),
            ("JobLineage:Sources:r:Preset", "research_jobs"), ("JobLineage:Sources:r:ConnectionString", "Host=db"),
            ("JobLineage:Sources:r:State", "status"), ("JobLineage:Sources:r:RunKey", "payload->>'x'"), ("JobLineage:Sources:r:Queue", ""));
        Assert.Empty(read.Errors);
        Assert.Null(read.Find("oban")!.Mapping.ParentKey);
        var research = read.Find("r")!.Mapping;
        Assert.Empty(research.Unfinished);
        Assert.Null(research.RunKeyIndexed);
        Assert.Null(research.Queue);
    }

    [Fact]
    public void All_errors_come_together_and_each_names_its_key()
    {
        var read = Read(
            (Oban + ":Preset", "obann"), (Oban + ":Shema", "x"), (Oban + ":Feed", "push"),
            (Tasks + ":Table", "tasks"), (Tasks + ":ConnectionString", "postgres://:bad:port"), (Tasks + ":States:new", "ready"),
            ("JobLineage:Sources:a/b:Preset", "oban"), ("JobLineage:Sources:a/b:ConnectionString", "Host=db"),
            ("JobLineage:Stuck:After", "5"), ("JobLineage:Stuck:Aftre", "00:05:00"), ("JobLineage:Stuck:Workers:W:Wait", "x"), (Oban + ":Stuck:After", "-00:01:00"));
        Assert.Empty(read.Sources);
        Assert.Equal(
        [
            "JobLineage:Sources:a/b is not a name for a source: use letters, digits, '-', '_' and '.', since it is part of addresses.",
            "JobLineage:Sources:oban:ConnectionString is missing; give the database that holds the queue's table.",
            "JobLineage:Sources:oban:Feed is 'push'; it can be auto, trigger or poll.",
            "JobLineage:Sources:oban:Preset is 'obann', which is not a preset; did you mean oban?",
            "JobLineage:Sources:oban:Shema is not a known key; did you mean Schema?",
            "JobLineage:Sources:oban:Stuck:After is '-00:01:00', which is not a duration; write it as 00:05:00.",
            "JobLineage:Sources:tasks:ConnectionString is not a URL of the form postgres://user@host:port/database: its port is not a number, or its password has a character that must be encoded.",
            "JobLineage:Sources:tasks:State is missing; a source without a Preset (oban, research_jobs, pg_boss, hangfire, procrastinate, que, dbos, graphile_worker, river, good_job, solid_queue) needs Table, State and Worker.",
            "JobLineage:Sources:tasks:Worker is missing; a source without a Preset (oban, research_jobs, pg_boss, hangfire, procrastinate, que, dbos, graphile_worker, river, good_job, solid_queue) needs Table, State and Worker.",
            "JobLineage:Stuck:After is '5', which is not a duration; write it as 00:05:00.",
            "JobLineage:Stuck:Aftre is not a known key; did you mean After?",
            "JobLineage:Stuck:Workers:W:Wait is not a known key; known are After, ExecutingAfter.",
        ], read.Errors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_state_that_is_none_is_named()
    {
        var read = Read((Oban + ":Preset", "oban"), (Oban + ":ConnectionString", "Host=db"), (Oban + ":States:new", "ready"));
        Assert.StartsWith("JobLineage:Sources:oban:States:new is 'ready', which is not a state; states are available, ", Assert.Single(read.Errors));
    }

    [Fact]
    public void Thresholds_go_from_worker_to_source_to_all()
    {
        var read = Read(
            ("JobLineage:Stuck:After", "00:10:00"), ("JobLineage:Stuck:Workers:SlowJob:After", "02:00:00"),
            (Oban + ":Preset", "oban"), (Oban + ":ConnectionString", "Host=db"), (Oban + ":Stuck:After", "00:01:00"));
        Assert.Empty(read.Errors);
        Assert.Equal(TimeSpan.FromHours(2), read.Diagnosis.StuckAfterFor("oban", "App.SlowJob"));
        Assert.Equal(TimeSpan.FromMinutes(1), read.Diagnosis.StuckAfterFor("oban", "App.Job"));
        Assert.Equal(TimeSpan.FromMinutes(10), read.Diagnosis.StuckAfterFor("other", "App.Job"));
        Assert.Equal(TimeSpan.FromMinutes(5), Read().Diagnosis.StuckAfterFor("other", "App.Job"));
    }

    [Fact]
    public void Limits_and_expectations_may_be_a_workers_own_in_a_source()
    {
        var read = Read(
            ("JobLineage:Stuck:ExecutingAfter", "01:00:00"), ("JobLineage:Diagnosis:PastRuns", "8"), ("JobLineage:Diagnosis:ChildlessShare", "0.9"),
            (Oban + ":Preset", "oban"), (Oban + ":ConnectionString", "Host=db"),
            (Oban + ":Stuck:Workers:SlowJob:ExecutingAfter", "03:00:00"), (Oban + ":Stuck:Workers:SlowJob:After", "00:30:00"),
            (Oban + ":ExpectedChildren:SyncJob", "args->'expected_pages'"));
        Assert.Empty(read.Errors);
        Assert.Equal((8, 0.9), (read.Diagnosis.PastRuns, read.Diagnosis.ChildlessShare));
        Assert.Equal(TimeSpan.FromMinutes(30), read.Diagnosis.StuckAfterFor("oban", "App.SlowJob"));
        Assert.Equal(TimeSpan.FromHours(3), read.Diagnosis.ExecutingAfterFor("oban", "App.SlowJob"));
        Assert.Equal(TimeSpan.FromHours(1), read.Diagnosis.ExecutingAfterFor("oban", "App.Job"));
        Assert.Equal(
            "coalesce(case when (replace(coalesce((worker)::text, ''), '/', '.') = 'SyncJob' or right(replace(coalesce((worker)::text, ''), '/', '.'), length('.SyncJob')) = '.SyncJob') then (args->'expected_pages')::text end, (meta->>'expected_children')::text)",
            Assert.Single(read.Sources).Mapping.ExpectedSql);
    }

    [Fact]
    public void What_a_mapping_by_hand_announces_stands_where_its_parents_id_stands()
    {
        var read = Read(
            (Oban + ":Table", "jobs"), (Oban + ":State", "state"), (Oban + ":Worker", "worker"), (Oban + ":ConnectionString", "Host=db"),
            (Oban + ":ParentId", "extra->>'parent'"), (Oban + ":ExpectedChildren", "12"));
        Assert.Equal("coalesce((12)::text, (\"extra\"->>'expected_children')::text)", Assert.Single(read.Sources).Mapping.ExpectedSql);
    }

    [Fact]
    public void What_is_wrong_with_limits_is_told_with_its_key() => Assert.Equal(
        [
            "JobLineage:Diagnosis:ChildlessShare is '80'; give a share above 0 and up to 1, such as 0.8.",
            "JobLineage:Diagnosis:PastRun is not a known key; did you mean PastRuns?",
            "JobLineage:Diagnosis:PastRuns is '0'; give a whole number from 1 to 20, the past runs that are looked at.",
            "JobLineage:Sources:oban:ExpectedChildren:SyncJob is empty; give a number, or an expression on the parent such as args->'expected_pages'.",
            "JobLineage:Sources:oban:Stuck:Workers:W:ExecutingAfter is '5', which is not a duration; write it as 00:05:00.",
        ],
        Read(
            ("JobLineage:Diagnosis:ChildlessShare", "80"), ("JobLineage:Diagnosis:PastRuns", "0"), ("JobLineage:Diagnosis:PastRun", "7"),
            (Oban + ":Preset", "oban"), (Oban + ":ConnectionString", "Host=db"), (Oban + ":ExpectedChildren:SyncJob", " "),
            (Oban + ":Stuck:Workers:W:ExecutingAfter", "5")).Errors.Order(StringComparer.Ordinal));

    [Fact]
    public void A_word_for_a_state_and_a_workers_name_may_hold_a_colon()
    {
        var read = Read(
            (Oban + ":Preset", "oban"), (Oban + ":ConnectionString", "Host=db"), (Oban + ":States:waiting:retry", "retryable"), (Oban + ":States:waiting", "available"),
            (Oban + ":Stuck:Workers:mail:send:After", "00:30:00"), (Oban + ":ExpectedChildren:mail:send", "3"));
        Assert.Empty(read.Errors);
        var mapping = Assert.Single(read.Sources).Mapping;
        Assert.Equal((JobState.Retryable, JobState.Available), (mapping.States["waiting:retry"], mapping.States["waiting"]));
        Assert.Equal("3", mapping.ExpectedChildrenOf["mail:send"]);
        Assert.Equal(TimeSpan.FromMinutes(30), read.Diagnosis.StuckAfterFor("oban", "mail:send"));
    }

    [Fact]
    public void Words_to_redact_are_a_list_or_a_line()
    {
        Assert.Equal(Redaction.DefaultWords, Read().RedactWords);
        Assert.Equal(["pin", "iban"], Read(("JobLineage:Redact:0", "pin"), ("JobLineage:Redact:1", "iban")).RedactWords);
        Assert.Equal(["pin", "iban"], Read(("JobLineage:Redact", "pin, iban")).RedactWords);
    }

    [Fact]
    public void A_connection_may_be_left_out_where_the_caller_has_one()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(Oban + ":Preset", "oban")]).Build();
        var read = SourcesConfigurationReader.Read(configuration, requireConnection: false);
        Assert.Empty(read.Errors);
        Assert.Null(Assert.Single(read.Sources).ConnectionString);
    }

    [Fact]
    public void What_is_said_of_a_preset_and_left_blank_takes_away_what_it_has_but_no_name()
    {
        (string, string)[] plain = [("JobLineage:Sources:r:Preset", "research_jobs"), ("JobLineage:Sources:r:ConnectionString", "Host=db")];
        var preset = Assert.Single(Read(plain).Sources).Mapping;
        Assert.NotEmpty(preset.Steps);
        Assert.NotEmpty(preset.TargetKeys);
        Assert.NotNull(preset.LastError);
        var read = Read([
            .. plain, ("JobLineage:Sources:r:LastError", " "), ("JobLineage:Sources:r:Schema", " "), ("JobLineage:Sources:r:Worker", " "), ("JobLineage:Sources:r:Id", ""),
            ("JobLineage:Sources:r:Steps", ""), ("JobLineage:Sources:r:TargetKeys", " ")]);
        Assert.Empty(read.Errors);
        var mapping = Assert.Single(read.Sources).Mapping;
        Assert.Null(mapping.LastError);
        Assert.Empty(mapping.Steps);
        Assert.Empty(mapping.TargetKeys);
        Assert.Equal((preset.Schema, preset.Worker, preset.Id), (mapping.Schema, mapping.Worker, mapping.Id));
    }

    [Fact]
    public void A_blank_state_leaves_the_presets_state_and_the_conditions_that_speak_of_it()
    {
        (string, string)[] plain = [("JobLineage:Sources:r:Preset", "research_jobs"), ("JobLineage:Sources:r:ConnectionString", "Host=db")];
        var preset = Assert.Single(Read(plain).Sources).Mapping;
        Assert.NotEmpty(preset.Unfinished);
        foreach (var blank in new[] { "", " " })
        {
            var mapping = Assert.Single(Read([.. plain, ("JobLineage:Sources:r:State", blank)]).Sources).Mapping;
            Assert.Equal(preset.State, mapping.State);
            Assert.Equal(preset.Unfinished, mapping.Unfinished);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void A_blank_connection_is_as_none(string blank)
    {
        (string, string?)[] settings = [(Oban + ":Preset", "oban"), (Oban + ":ConnectionString", blank)];
        Assert.Equal(["JobLineage:Sources:oban:ConnectionString is missing; give the database that holds the queue's table."], ReadOptions.Sources(settings).Errors);
        var read = SourcesConfigurationReader.Read(ReadOptions.Configuration(settings), requireConnection: false);
        Assert.Empty(read.Errors);
        Assert.Null(Assert.Single(read.Sources).ConnectionString);
    }

    [Fact]
    public void Other_tables_that_say_something_of_jobs_are_a_list()
    {
        var read = Read(
            (Oban + ":Preset", "oban"), (Oban + ":ConnectionString", "Host=db"), (Oban + ":Joins", "left join tasks t on t.id = job.id"),
            (Oban + ":Changes:0:Table", "tasks"), (Oban + ":Changes:0:Column", "job_id"), (Oban + ":Changes:1:Table", "names"), (Oban + ":Changes:1:Schema", "other"));
        Assert.Empty(read.Errors);
        Assert.Equal([new ChangeTable("tasks", "job_id"), new ChangeTable("names", null, "other")], Assert.Single(read.Sources).Mapping.Changes);
        Assert.Equal(
            [
                "JobLineage:Sources:oban:Changes:0:Colum is not a known key; did you mean Column?",
                "JobLineage:Sources:oban:Changes:0:Table is missing; give the table whose rows say something of jobs, and as Column its column with the job's id.",
            ],
            Read((Oban + ":Preset", "oban"), (Oban + ":ConnectionString", "Host=db"), (Oban + ":Changes:0:Colum", "job_id")).Errors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Conditions_of_a_preset_may_be_replaced_beside_its_state()
    {
        var read = Read(
            ("JobLineage:Sources:r:Preset", "research_jobs"), ("JobLineage:Sources:r:ConnectionString", "Host=db"), ("JobLineage:Sources:r:State", "status"),
            ("JobLineage:Sources:r:Unfinished:0", "status = 'a'"), ("JobLineage:Sources:r:RunKey", "payload->>'x'"), ("JobLineage:Sources:r:RunKeyIndexed", "payload->>'y'"));
        Assert.Empty(read.Errors);
        var mapping = Assert.Single(read.Sources).Mapping;
        Assert.Equal(["status = 'a'"], mapping.Unfinished);
        Assert.Equal("payload->>'y'", mapping.RunKeyIndexed);
        Assert.Equal(["albums", "songs", "artists", "rebuild_index"], mapping.Steps);
    }

    private static SourcesConfiguration Read(params (string Key, string Value)[] settings) =>
        ReadOptions.Sources(settings.Select(s => (s.Key, (string?)s.Value)));
}
