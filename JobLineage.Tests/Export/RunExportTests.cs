using System.Text;
using System.Text.Json;
using JobLineage.Core.Export;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Export;

/// <summary>Exports as they are written, and read back by others.</summary>
public sealed class RunExportTests
{
    private static readonly string[] Hostile =
    [
        "=HYPERLINK(\"http://x\",\"y\")", "+1+1", "-1+1|cmd", "@SUM(1)", "\t=1", "\r=1", " =1", "\"=1\"", "'=1", "''=1", "'", "'plain", "\u200b=1", "\ufeff=1",
        "\uFF1D1", "\uFF0B1", "\uFF0D1", "\uFF201", "\u22121", "a,b", "line\r\nbreak", "line\nbreak", "\"", "\"\"", ",", " leading", "trailing ", "\ud83e\udd16 robot",
        "{\"a\":\"=1\"}", "a;=1+1", "x\n=1", "x\t@y", ";;=", "\u0001\u001b[31m", "=" + new string('x', 1_000_000),
    ];

    [Fact]
    public async Task Csv_read_by_another_parser_gives_back_every_job_whatever_its_text()
    {
        var jobs = Hostile.Select((text, n) => SomeExports.Job($"{n}", text) with
        {
            Stage = text,
            Job = SomeExports.Job($"{n}", text).Job with { Worker = text, Parents = [text, $"{n}"], Queue = text, Errors = [new(1, SomeRuns.Noon, "old"), new(2, SomeRuns.Noon, text)] },
        }).ToArray();

        var rows = CsvText.Named(await CsvAsync(jobs));

        Assert.Equal(Hostile.Length, rows.Count);
        foreach (var (row, text) in rows.Zip(Hostile))
        {
            Assert.Equal([text, row["id"]], JsonSerializer.Deserialize<string[]>(CsvGuard.Restore(row["parents"]))!);
            Assert.False(StartsFormula(row["parents"]));
            foreach (var column in new[] { "args", "stage", "worker", "queue", "last_error" })
            {
                Assert.Equal(text, CsvGuard.Restore(row[column]));
                Assert.False(StartsFormula(row[column]), $"{column}: {row[column][..Math.Min(20, row[column].Length)]}");
            }
        }

        Assert.Equal(RunExportCsv.Columns, CsvText.Read(await CsvAsync([]))[0]);
    }

    [Theory]
    [InlineData("=1", "'=1")]
    [InlineData("-5", "-5")]
    [InlineData("-5.25", "-5.25")]
    [InlineData("-5-5", "'-5-5")]
    [InlineData("+5", "'+5")]
    [InlineData("--5", "'--5")]
    [InlineData("'-5", "''-5")]
    [InlineData(" \t=1", "' \t'=1")]
    [InlineData("a;=1", "a;'=1")]
    [InlineData("a; \"@x", "a;' \"@x")]
    [InlineData("a;'=1", "a;''=1")]
    [InlineData("a;-5;x", "a;-5;x")]
    [InlineData("a\t+1", "a\t'+1")]
    [InlineData("a\r\n=1\nb", "a\r\n'=1\nb")]
    [InlineData("a;b;\n;", "a;b;\n;")]
    [InlineData("a=1", "a=1")]
    [InlineData("{\"a\":-1}", "{\"a\":-1}")]
    [InlineData("", "")]
    public void What_begins_like_a_formula_gets_an_apostrophe_and_nothing_else_does(string text, string cell)
    {
        Assert.Equal(cell, CsvGuard.Neutralise(text));
        Assert.Equal(text, CsvGuard.Restore(cell));
    }

    [Theory]
    [InlineData(ExportFormat.Json)]
    [InlineData(ExportFormat.Csv)]
    [InlineData(ExportFormat.Text)]
    [InlineData(ExportFormat.Mermaid)]
    public async Task Nothing_is_written_that_is_not_awaited(ExportFormat format)
    {
        var findings = Enumerable.Range(0, 2_000).Select(n => new Finding(FindingKind.Stuck, "SyncJob", $"Reason {n}.", new Dictionary<string, object?> { ["count"] = n }, ["1"])).ToList();
        await using var output = new AwaitedStream();
        await using var export = new RunExport(SomeRuns.Run() with { Findings = findings }, SomeExports.Whole, SomeExports.Jobs(5_000));

        await format.WriteAsync(export, output);

        Assert.True(output.Written > 0);
    }

    [Fact]
    public void The_guard_takes_nothing_away_from_any_short_text()
    {
        const string letters = "'=-5.a \t\";";
        var texts = new List<string> { "" };
        for (var from = 0; texts.Count < 6_000; from++)
            texts.AddRange(letters.Select(c => texts[from] + c));

        Assert.All(texts, text => Assert.Equal(text, CsvGuard.Restore(CsvGuard.Neutralise(text))));
        Assert.Equal(texts.Distinct().Count(), texts.Select(CsvGuard.Neutralise).Distinct().Count());
    }

    [Fact]
    public async Task Numbers_and_times_in_csv_stand_as_they_are()
    {
        var job = SomeExports.Job("-7") with { ErrorId = 17 };
        var row = CsvText.Named(await CsvAsync(job with { Job = job.Job with { Priority = -3 } })).Single();

        Assert.Equal(("-7", "-3", "5", "3.25", "17", "completed"), (row["id"], row["priority"], row["waited_seconds"], row["ran_seconds"], row["error_id"], row["state"]));
        Assert.Equal("2026-03-14T12:00:08.25Z", row["finished_at"]);
        Assert.Equal(("", "0", "false", ""), (row["last_error_at"], row["errors"], row["is_gone"], row["parents"]));
    }

    [Fact]
    public async Task Csv_for_Excel_begins_with_a_byte_order_mark_and_other_csv_does_not()
    {
        Assert.Equal([0xEF, 0xBB, 0xBF], (await BytesAsync(SomeExports.Export(), ExportFormat.Csv, bom: true))[..3]);
        Assert.Equal("id,"u8.ToArray(), (await BytesAsync(SomeExports.Export(), ExportFormat.Csv))[..3]);
    }

    [Fact]
    public async Task Json_fits_the_published_schema_and_is_read_back_to_the_same_numbers()
    {
        var finding = new Finding(FindingKind.Stuck, "SyncJob", "Nothing moves.", new Dictionary<string, object?> { ["state"] = "available", ["count"] = 8L, ["since"] = SomeRuns.Noon }, ["7"]) { AlsoStages = ["x"] };
        var jobs = Hostile.Select((text, n) => SomeExports.Job($"{n}", text)).Append(SomeExports.Job("whole", """{"a":[1,{"b":null}]}""")).ToArray();
        var selection = SomeExports.Whole with { Filter = new() { Stage = "s", States = [JobState.Completed], Queue = "q", Error = 3, Texts = ["t"], Below = "9", Ids = ["1"] } };
        var run = SomeRuns.Run() with { Findings = [finding], RootArgs = "cut {", RunKey = "k", FinishedAt = SomeRuns.Noon, Links = [new("SyncJob", "SyncJob/MoviePageJob", 3)], LinksAreCut = true };
        var full = SomeExports.Job("f").Job with { Step = "st", RunKey = "k", AttemptedBy = "n", Meta = "[]" };
        full = full with { IsCut = true, IsGone = true, IsCycleCut = true, Errors = [new(0, null, "old"), new(2, SomeRuns.Noon, "new\u0001")] };

        var json = JsonDocument.Parse(await BytesAsync(new(run, selection, SomeExports.Of([.. jobs, new(full, "s", 4)])), ExportFormat.Json)).RootElement;

        Assert.Empty(Schema().Check(json));
        Assert.Equal(jobs.Length + 1, json.GetProperty("jobCount").GetInt64());
        Assert.Equal(json.GetProperty("jobCount").GetInt64(), json.GetProperty("jobs").GetArrayLength());
        Assert.Equal(run.Stages.Select(s => (s.Path, s.Total)), json.GetProperty("stages").EnumerateArray().Select(s => (s.GetProperty("path").GetString()!, s.GetProperty("total").GetInt64())));
        Assert.Equal(run.Edges, json.GetProperty("edges").EnumerateArray().Select(e => new StageEdge(e.GetProperty("from").GetString()!, e.GetProperty("to").GetString()!, e.GetProperty("jobs").GetInt64())));
        Assert.Equal("""[{"from":"SyncJob","to":"SyncJob/MoviePageJob","jobs":3}]""", json.GetProperty("links").GetRawText());
        Assert.True(json.GetProperty("linksTruncated").GetBoolean());
        Assert.Equal(1_385, json.GetProperty("run").GetProperty("counts").GetProperty("completed").GetInt64());
        Assert.Equal("cut {", json.GetProperty("run").GetProperty("rootArgs").GetString());
        Assert.Equal(Hostile.Where(text => text[0] != '{' && text is not "\"=1\"" and not "\"\"" and not "-5"), json.GetProperty("jobs").EnumerateArray().Take(Hostile.Length)
            .Select(j => j.GetProperty("args")).Where(a => a.ValueKind == JsonValueKind.String).Select(a => a.GetString()!).Where(a => a is not "=1" and not ""));
        Assert.Equal("""{"a":[1,{"b":null}]}""", json.GetProperty("jobs")[jobs.Length - 1].GetProperty("args").GetRawText());
    }

    [Fact]
    public void The_schema_check_sees_what_is_wrong()
    {
        var wrong = JsonDocument.Parse("""{"format":"x","version":1,"selection":{"colour":1},"run":{},"stages":[{"path":1}],"edges":[],"findings":[],"jobs":[],"jobCount":-1}""");

        Assert.Subset(Schema().Check(wrong.RootElement).Select(e => e.Split(' ')[0]).ToHashSet(), new HashSet<string> { "$.format", "$.selection", "$.run", "$.stages[0].path", "$.jobCount" });
    }

    [Fact]
    public async Task Text_has_the_tree_and_a_line_a_job_and_says_how_many_are_listed()
    {
        var text = Encoding.UTF8.GetString(await BytesAsync(
            new(SomeRuns.Run(), SomeExports.Whole with { Filter = new() { Stage = "SyncJob/MoviePageJob" } }, SomeExports.Of([SomeExports.Job("7\u001b[31m")])), ExportFormat.Text));

        Assert.StartsWith("oban 1: running, as of 2026-03-14T12:00:00Z\n\nSyncJob (1)  completed 1\n└─ MoviePageJob (108)", text);
        Assert.Contains("\nSyncJob/MoviePageJob\n  7\ufffd[31m  MoviePageJob  completed  attempt 1/3  2026-03-14 12:00:08Z\n", text);
        Assert.EndsWith("\n1 of 1,402 jobs are listed: those that were asked for.\n", text);
    }

    [Theory]
    [InlineData(ExportFormat.Csv)]
    [InlineData(ExportFormat.Json)]
    [InlineData(ExportFormat.Text)]
    public async Task A_hundred_thousand_jobs_are_written_as_they_are_read_and_never_held(ExportFormat format)
    {
        const int all = 100_000;
        var (made, before, most) = (0, 0, 0);
        IEnumerable<ExportedJob> Make()
        {
            for (; made < all; made++)
                yield return SomeExports.Job($"{made}", new string('x', 200));
        }

        var output = new CountingStream();
        // A job is more than 300 bytes in every format but text, which has no arguments.
        var least = format == ExportFormat.Text ? 40 : 300;
        output.Written += () => (most, before) = (Math.Max(most, made - before), made);

        Assert.Equal(all, await format.WriteAsync(new(SomeRuns.Run(), SomeExports.Whole, SomeExports.Of(Make())), output));

        Assert.True(output.Bytes > all * (long)least, $"{output.Bytes} bytes");
        Assert.True(most < 2_000, $"{most} jobs were read before any of them was written");
    }

    [Theory]
    [InlineData(ExportFormat.Csv)]
    [InlineData(ExportFormat.Json)]
    public async Task Who_reads_slowly_makes_the_reading_wait(ExportFormat format)
    {
        var made = 0;
        IEnumerable<ExportedJob> Make()
        {
            while (true)
            {
                made++;
                yield return SomeExports.Job($"{made}", new string('x', 1_000));
            }
        }

        using var leave = new CancellationTokenSource();
        var output = new CountingStream { Gate = new() };
        var writing = format.WriteAsync(new(SomeRuns.Run(), SomeExports.Whole, SomeExports.Of(Make())), output, cancellation: leave.Token);
        await output.Blocked.Task;

        // Whatever time goes by: nobody takes anything, so nothing more is made.
        Assert.False(writing.IsCompleted);
        Assert.InRange(made, 1, 500);
        await leave.CancelAsync();
        output.Gate.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Theory]
    [InlineData("oban", "60", "oban-60-20260314T120000Z.csv")]
    [InlineData("../etc", "a/b\"\r\nX: y", "etc-a-b---X--y-20260314T120000Z.csv")]
    [InlineData("\u202egnp", "..", "gnp-x-20260314T120000Z.csv")]
    public void A_file_name_holds_nothing_that_a_header_or_a_file_system_reads(string source, string id, string name) =>
        Assert.Equal(name, ExportFormat.Csv.FileName(SomeRuns.Run() with { Source = source, RootId = id }));

    internal static SchemaCheck Schema()
    {
        using var stream = typeof(Dashboard.Hosting.DashboardHost).Assembly.GetManifestResourceStream("run-export.schema.json")!;
        return new(JsonDocument.Parse(stream).RootElement);
    }

    private static bool StartsFormula(string cell) => cell.Trim(' ', '"', '\u200b', '\ufeff') is { Length: > 0 } rest && "=+-@\t\r\uFF1D\uFF0B\uFF0D\uFF20\u2212".Contains(rest[0]);

    private static async Task<string> CsvAsync(params ExportedJob[] jobs) => Encoding.UTF8.GetString(await BytesAsync(SomeExports.Export(jobs), ExportFormat.Csv));

    private static async Task<byte[]> BytesAsync(RunExport export, ExportFormat format, bool bom = false)
    {
        using var output = new MemoryStream();
        await format.WriteAsync(export, output, bom);
        return output.ToArray();
    }

    /// <summary>Counts what is written, and takes nothing while its gate is closed.</summary>
    private sealed class CountingStream : Stream
    {
        public event Action? Written;

        public long Bytes { get; private set; }

        public TaskCompletionSource? Gate { get; init; }

        public TaskCompletionSource Blocked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Bytes;

        public override long Position { get => Bytes; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        // As a response: what is written while somebody waits would block a thread.
        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("written synchronously");

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Bytes += buffer.Length;
            Written?.Invoke();
            if (Gate is null)
                return;
            Blocked.TrySetResult();
            await Gate.Task;
        }
    }
}
