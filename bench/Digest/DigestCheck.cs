using System.Globalization;
using System.Text.RegularExpressions;
using JobLineage.Core.Alerts;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Bench.Digest;

/// <summary>
/// Compares what arrived with what failed. What arrived is read from the messages themselves, what became of a digest from
/// the store, and what failed is known to whoever wrote the queue.
/// </summary>
internal sealed partial class DigestCheck(TrialWorld world, NpgsqlDataSource store, TrialQueue queue)
{
    private readonly List<string> wrong = [];
    private readonly Dictionary<string, (long Id, DeliveryState State, int Ambiguous)> digests = [];
    private readonly Dictionary<long, List<DeliveryState?>> ledger = [];

    public async Task<DigestTrialResult> ResultAsync(IReadOnlyList<string> story, CancellationToken cancellation)
    {
        await ReadAsync(cancellation);
        var copies = world.Provider.Arrived.ToList();
        CheckLedger();
        CheckCopies(copies);
        var unknown = CheckTold(copies);
        return new(
            world.Plan, [.. world.Wrong, .. world.Provider.Wrong, .. wrong], queue.Failed.Values.Sum(), digests.Count, copies.Count,
            copies.Count - copies.DistinctBy(c => c.Key).Count(), unknown, world.Faults.Concat(world.Provider.Done).ToDictionary(),
            string.Join(Environment.NewLine, story));
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        await using (var command = store.CreateCommand("select key, id, state, next_at is not null, ambiguous from job_lineage.digest"))
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            while (await row.ReadAsync(cancellation))
            {
                var (key, state) = (row.GetGuid(0).ToString("D"), (DeliveryState)row.GetInt16(2));
                digests[key] = (row.GetInt64(1), state, row.GetInt32(4));
                if (row.GetBoolean(3))
                    wrong.Add($"digest {key} is still {state}, and to be sent");
            }
        }

        await using var failures = store.CreateCommand("select f.job_id, d.state from job_lineage.failure f left join job_lineage.digest d on d.id = f.digest_id");
        await using var failure = await failures.ExecuteReaderAsync(cancellation);
        while (await failure.ReadAsync(cancellation))
        {
            // A job whose id is another's by now is entered under its own key, and counted with its id.
            var job = long.Parse(JobKeys.Newest(failure.GetString(0)), CultureInfo.InvariantCulture);
            if (!ledger.TryGetValue(job, out var states))
                ledger[job] = states = [];
            states.Add(failure.IsDBNull(1) ? null : (DeliveryState)failure.GetInt16(1));
        }
    }

    /// <summary>Each final failure is entered once, in a digest that was taken over; where copies are avoided, or in one of which nobody knows.</summary>
    private void CheckLedger()
    {
        foreach (var (job, times) in queue.Failed)
        {
            var states = ledger.GetValueOrDefault(job, []);
            if (states.Count != times)
                wrong.Add($"job {job} failed for good {times} times, and is entered {states.Count} times");
            foreach (var state in states.Where(s => s != DeliveryState.Accepted && !(world.Plan.AtMostOnce && s == DeliveryState.Unknown)))
                wrong.Add($"job {job} is in {(state is null ? "no digest" : $"a digest that is {state}")}");
        }

        foreach (var job in ledger.Keys.Where(j => !queue.Failed.ContainsKey(j)))
            wrong.Add($"job {job} is entered and has not failed for good");
    }

    private void CheckCopies(List<Arrival> copies)
    {
        foreach (var digest in copies.GroupBy(c => c.Key))
        {
            if (!digests.TryGetValue(digest.Key, out var stored))
            {
                wrong.Add($"digest {digest.Key} arrived, and there is none");
                continue;
            }

            // By when they were begun: one that was on its way when its lease ended may arrive after the marked one.
            if (digest.OrderBy(c => c.Begun).Skip(1).Any(c => !c.IsMarked))
                wrong.Add($"digest {digest.Key} was sent a second time without a mark");
            if (digest.Count() > (world.Plan.AtMostOnce ? 1 : 2))
                wrong.Add($"digest {digest.Key} arrived {digest.Count()} times");
            if (world.Recorded.TryGetValue(stored.Id, out var recorded) && digest.Any(c => c.Begun > recorded))
                wrong.Add($"digest {digest.Key} was sent after it was written down that it had been taken over");
            // Refused at the second attempt it may have arrived by the first.
            if (stored is { State: DeliveryState.Pending or DeliveryState.Failed, Ambiguous: 0 })
                wrong.Add($"digest {digest.Key} arrived and is {stored.State}");
        }
    }

    /// <summary>What the messages tell.</summary>
    /// <returns>How many failures were told by no message.</returns>
    private long CheckTold(List<Arrival> copies)
    {
        var (told, firmly) = (new Dictionary<long, int>(), new Dictionary<long, int>());
        foreach (var copy in copies.DistinctBy(c => c.Key))
        {
            var again = copy.Text.Contains("may have been in an earlier message", StringComparison.Ordinal);
            foreach (var job in Job().Matches(copy.Text).Select(m => long.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture)))
            {
                told[job] = told.GetValueOrDefault(job) + 1;
                if (!again)
                    firmly[job] = firmly.GetValueOrDefault(job) + 1;
            }
        }

        // The failures of what arrived and was refused, or never answered twice, are told again: all but one say so.
        foreach (var (job, times) in (world.Plan.AtMostOnce ? told : firmly).Where(t => t.Value > queue.Failed.GetValueOrDefault(t.Key)))
            wrong.Add($"job {job} failed for good {queue.Failed.GetValueOrDefault(job)} times and was told {times} times as news");
        foreach (var job in told.Keys.Where(queue.Transient.ContainsKey))
            wrong.Add($"job {job} failed for now, and was told");
        var untold = 0L;
        foreach (var (job, times) in queue.Failed.Where(f => told.GetValueOrDefault(f.Key) < f.Value))
        {
            var missing = times - told.GetValueOrDefault(job);
            untold += missing;
            if (!world.Plan.AtMostOnce || ledger.GetValueOrDefault(job, []).Count(s => s == DeliveryState.Unknown) < missing)
                wrong.Add($"job {job} failed for good {times} times and was told {times - missing} times; nothing says that it may be lost");
        }

        return untold;
    }

    [GeneratedRegex(@"/jobs/oban/(\d+)(?:~\S+)?$", RegexOptions.Multiline)]
    private static partial Regex Job();
}
