using System.Diagnostics;
using System.Globalization;
using JobLineage.Bench.Measuring;
using JobLineage.Bench.Running;

namespace JobLineage.Bench.Digest;

/// <summary>Whether each final failure is told once: random trials with faults, and what came of them.</summary>
internal sealed class DigestBench : IBenchmark
{
    /// <summary>One trial of so many avoids copies at all cost.</summary>
    private const int AtMostOnceEach = 4;

    private const int MutatedTrials = 20;

    public string Name => "digest";

    public string Description => "random trials of the failure digest; [trials, default 1000] [seed, default 1] [minutes at most, default 120] | mutations [trials] | size [failures]";

    public async Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        if (arguments is ["size", ..])
        {
            await new DigestSize(server.ConnectionString, DashboardProcess.Built).RunAsync(report, Arguments.Number(arguments, 1, 1_000_000), cancellation);
            return;
        }

        await using var trials = await DigestServer.StartAsync(Path.Combine(Path.GetTempPath(), $"joblineage-digest-{Environment.UserName}"), cancellation);
        await using var http = await HttpLookAlike.StartAsync();
        if (arguments is ["mutations", ..])
            await MutateAsync(trials, http, report, Arguments.Number(arguments, 1, MutatedTrials), cancellation);
        else
            await TryAsync(trials, http, report, Arguments.Number(arguments, 0, 1_000), Arguments.Number(arguments, 1, 1), Arguments.Number(arguments, 2, 120), cancellation);
    }

    private static async Task TryAsync(DigestServer server, HttpLookAlike http, Report report, int trials, int seed, int minutes, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var results = new List<DigestTrialResult>();
        while (results.Count < trials && Stopwatch.GetElapsedTime(started).TotalMinutes < minutes)
        {
            var plan = new DigestTrialPlan(seed + results.Count, AtMostOnce: results.Count % AtMostOnceEach == AtMostOnceEach - 1);
            var result = await DigestTrial.RunAsync(server, http, plan, cancellation);
            results.Add(result);
            if (result.Wrong.Count > 0)
                report.Note($"Seed {plan.Seed}: {string.Join("; ", result.Wrong)}{Environment.NewLine}{result.Story}");
            else if (results.Count % 50 == 0)
                report.Note($"{results.Count}/{trials}, {results.Count(r => r.Wrong.Count > 0)} wrong, {Report.Time(Stopwatch.GetElapsedTime(started))}");
        }

        var modes = results.GroupBy(r => r.Plan.AtMostOnce ? "at most once" : "nothing is lost").Select(g => Row(g.Key, [.. g]));
        report.Table(
            $"{results.Count} trials in {Report.Time(Stopwatch.GetElapsedTime(started))}",
            ["mode", "trials", "wrong", "final failures", "digests", "messages taken over", "second copies, marked", "failures in digests of unknown fate alone"],
            [.. modes, Row("all", results)]);
        report.Table(
            "what went wrong on purpose", ["fault", "times"],
            [.. results.SelectMany(r => r.Faults).Where(f => f.Key != "well").GroupBy(f => f.Key).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new[] { g.Key, Report.Number(g.Sum(f => (long)f.Value)) })]);
    }

    private static async Task MutateAsync(DigestServer server, HttpLookAlike http, Report report, int trials, CancellationToken cancellation)
    {
        var rows = new List<string[]>();
        foreach (var mutation in DigestMutation.All.Prepend(null))
        {
            var (red, said) = (0, new List<string>());
            for (var seed = 1; seed <= trials; seed++)
            {
                var result = await DigestTrial.RunAsync(server, http, new(seed, Mutation: mutation), cancellation);
                if (result.Wrong.Count == 0)
                    continue;
                red++;
                said.Add(result.Wrong[0]);
            }

            rows.Add([mutation?.Name ?? "nothing", Report.Number(trials), Report.Number(red), said.FirstOrDefault() ?? ""]);
            report.Note(string.Create(CultureInfo.InvariantCulture, $"{mutation?.Name ?? "nothing"} taken out: {red} of {trials} trials are red"));
        }

        report.Table("What trials notice", ["taken out", "trials", "red", "the first of them says"], rows);
        if (rows.Any(r => r[2] != (r[0] == "nothing" ? Report.Number(0) : Report.Number(trials))))
            throw new ArgumentException("A guarantee was taken out, and a trial did not notice; or none was, and one did.");
    }

    private static string[] Row(string name, IReadOnlyList<DigestTrialResult> results) =>
    [
        name, Report.Number(results.Count), Report.Number(results.Count(r => r.Wrong.Count > 0)), Report.Number(results.Sum(r => r.Failures)),
        Report.Number(results.Sum(r => r.Digests)), Report.Number(results.Sum(r => r.Copies)), Report.Number(results.Sum(r => r.Second)),
        Report.Number(results.Sum(r => r.Unknown)),
    ];
}
