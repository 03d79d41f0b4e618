using JobLineage.Core.Alerts;

namespace JobLineage.Tests.Alerts;

/// <summary>
/// Random trials: jobs fail, two replicas make and send, and at each step something goes wrong. Afterwards every final
/// failure is in exactly one digest that was taken over; a second copy of it went out only after an answer that did not
/// say, and was marked.
/// </summary>
public sealed class DeliveryTrialTests
{
    private const int Trials = 40;

    [Fact]
    public async Task Every_final_failure_is_told_once_whatever_goes_wrong()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        var next = 1L;
        for (var seed = 0; seed < Trials; seed++)
        {
            var trial = new Trial(fixture, seed, next);
            await trial.RunAsync();
            next = trial.NextJob;
            var wrong = await trial.CheckAsync();
            Assert.True(wrong.Length == 0, $"Seed {seed}: {wrong}");
        }
    }

    private sealed class Trial(DigestFixture fixture, int seed, long next)
    {
        private readonly long firstJob = next;
        private readonly Random random = new(seed);
        private readonly LookAlike channel = new(seed);

        public long NextJob { get; private set; } = next;

        public async Task RunAsync()
        {
            for (var i = 0; i < 12; i++)
            {
                if (random.Next(3) > 0)
                    await FailAsync();
                if (random.Next(2) == 0)
                    await BothAsync(() => DieAsync(() => fixture.MakeAsync()));
                var sleeps = random.Next(4) == 0;
                await BothAsync(() => DieAsync<object?>(async () => sleeps ? await SleepyAsync() : await fixture.Sender(channel, before: Faults()).PassAsync(default)));
                if (random.Next(2) == 0)
                    await fixture.PassTimeAsync();
            }

            // All is well again: the schedule goes on until nothing waits.
            channel.IsWell = true;
            for (var i = 0; i < 6; i++)
            {
                await fixture.PassTimeAsync();
                await fixture.Sender(channel).PassAsync(default);
                await fixture.MakeAsync();
                await fixture.Sender(channel).PassAsync(default);
            }
        }

        public async Task<string> CheckAsync()
        {
            var wrong = new List<string>();
            var states = (await fixture.Reader.ListAsync(1_000, default)).ToDictionary(d => d.Key, d => d.State);
            foreach (var (key, state) in states.Where(s => s.Value is DeliveryState.Pending or DeliveryState.Sending or DeliveryState.Unknown))
                wrong.Add($"digest {key} is still {state}");
            var accepted = await fixture.Store.Database.ScalarAsync<long>(
                $"select count(*) from job_lineage.failure f join job_lineage.digest d on d.id = f.digest_id where d.state = {(short)DeliveryState.Accepted} and f.job_id::bigint >= {firstJob}");
            if (accepted != NextJob - firstJob)
                wrong.Add($"{accepted} of {NextJob - firstJob} failures are in a digest that was taken over");
            var rows = await fixture.Store.Database.ScalarAsync<long>($"select count(*) from job_lineage.failure where job_id::bigint >= {firstJob}");
            if (rows != NextJob - firstJob)
                wrong.Add($"{rows} failures were entered for {NextJob - firstJob}");
            foreach (var copies in channel.Arrived.GroupBy(a => a.Key))
            {
                // A copy that was on its way when its lease ended may arrive after the marked one.
                if (copies.Count(c => !c.IsPossibleDuplicate) > 1)
                    wrong.Add($"{copies.Key} arrived {copies.Count()} times, more than one copy without its mark");
            }

            // What arrived in several digests: all but one say so.
            var told = new Dictionary<long, int>();
            foreach (var message in channel.Arrived.DistinctBy(a => a.Key))
            {
                foreach (var job in message.Content.Runs.SelectMany(r => r.Groups).SelectMany(g => g.Jobs))
                    told[long.Parse(job.Id)] = told.GetValueOrDefault(long.Parse(job.Id)) + (message.Content.ToldBefore == 0 ? 1 : 0);
            }

            foreach (var (job, times) in told.Where(t => t.Value > 1))
                wrong.Add($"job {job} was told in {times} digests that do not say so");

            for (var job = firstJob; job < NextJob; job++)
            {
                if (!told.ContainsKey(job))
                    wrong.Add($"job {job} was told to nobody");
            }

            return string.Join("; ", wrong);
        }

        private async Task FailAsync()
        {
            var count = random.Next(1, 4);
            await fixture.FailAsync([.. Enumerable.Range(0, count).Select(_ => NextJob++)]);
            if (random.Next(3) > 0)
                return;
            // A reader that goes back in time for a moment.
            await fixture.Store.SqlAsync("update oban_jobs set state = 'executing' where id = @id", new { id = NextJob - 1 });
            await fixture.Feed.Feed.LookAgainAsync([$"{NextJob - 1}"], default);
            await fixture.Store.SqlAsync("update oban_jobs set state = 'discarded' where id = @id", new { id = NextJob - 1 });
            await fixture.Feed.Feed.LookAgainAsync([$"{NextJob - 1}"], default);
        }

        /// <summary>Two replicas.</summary>
        private static Task BothAsync(Func<Task> act) => Task.WhenAll(Task.Run(act), Task.Run(act));

        private static async Task DieAsync<T>(Func<Task<T>> act)
        {
            try
            {
                await act();
            }
            catch (Killed)
            {
            }
        }

        private Action<DeliveryStep> Faults()
        {
            DeliveryStep? fatal = random.Next(3) == 0 ? (DeliveryStep)random.Next(4) : null;
            return step =>
            {
                if (step == fatal)
                    throw new Killed();
            };
        }

        /// <summary>Sends, is away past its lease while another sends, and then writes what it knows.</summary>
        private async Task<object?> SleepyAsync()
        {
            var options = new DeliveryOptions();
            if (await fixture.Outbox.ClaimAsync("x", options.Lease, default) is not { } claim || !DeliveryRules.MaySend(claim.Ambiguous, options)
                || !await fixture.Outbox.BeginAsync(claim, options.Lease, default))
                return null;
            var outcome = await channel.SendAsync(claim.Message, default);
            var wakes = (DeliveryStep)(claim.Id % 5);
            await fixture.PassTimeAsync();
            // He wakes while the other is about it, or afterwards.
            await fixture.Sender(channel, before: step => Wake(step == wakes)).NextAsync(default);
            Wake(true);
            return null;

            void Wake(bool now)
            {
                if (!now)
                    return;
                var verdict = DeliveryRules.After(outcome, claim.Ambiguous, claim.Attempts + 1, options);
                Task.Run(() => fixture.Outbox.RecordAsync(claim, verdict, outcome, default)).GetAwaiter().GetResult();
            }
        }
    }

    /// <summary>A provider that takes messages over, or not, and answers, or not.</summary>
    private sealed class LookAlike(int seed) : IDigestChannel
    {
        private readonly Random random = new(seed + 1_000);
        private readonly Lock gate = new();

        public List<DigestMessage> Arrived { get; } = [];

        public bool IsWell { get; set; }

        public string Name => "LookAlike";

        public Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
        {
            lock (gate)
            {
                var fate = IsWell ? 0 : random.Next(10);
                var (arrives, outcome) = fate switch
                {
                    <= 3 => (true, new SendOutcome(SendResult.Accepted)),
                    4 or 5 => (true, new SendOutcome(SendResult.Unknown, "taken over, and the answer was lost")),
                    6 or 7 => (false, new SendOutcome(SendResult.Unknown, "500")),
                    8 => (false, new SendOutcome(SendResult.NotSent, "429", Wait: TimeSpan.FromSeconds(30))),
                    _ => (false, new SendOutcome(SendResult.Rejected, "401")),
                };
                if (arrives)
                    Arrived.Add(message);
                return Task.FromResult(outcome);
            }
        }
    }
}
