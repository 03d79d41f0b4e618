using System.Globalization;
using JobLineage.Core.Feed.Trigger;

namespace JobLineage.Bench.Faults;

/// <summary>What is done to the trigger.</summary>
internal static class TriggerFaults
{
    public static IReadOnlyList<Fault> List { get; } =
    [
        new("clock of the database", "database's clock set back (gate in the future)", trial => trial.ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            // Hours, or so little that the trigger must wait until the time has come.
            $"select setval('{FaultWorld.Names.Gate}', (extract(epoch from clock_timestamp()) * 1000)::bigint + {(trial.Random.Next(2) == 0 ? trial.Random.Next(1, 5) * 3_600_000 : trial.Random.Next(200, 1000))})"))),
        new("trigger off", "trigger disabled and enabled again", DisableAsync),
        new("trigger off", "uninstalled and installed in mid-flight", ReinstallAsync),
        new("log closed", "log closed for want of readers, a transaction open", SleepAsync) { Repeats = false },
    ];

    /// <summary>Mostly too short to be seen while it lasts.</summary>
    private static async Task DisableAsync(FaultTrial trial)
    {
        await trial.ExecuteAsync("alter table oban_jobs disable trigger user");
        await trial.ExecuteAsync("update oban_jobs set state = 'completed' where id in (select id from oban_jobs where state = 'executing' limit 30); delete from oban_jobs where state = 'discarded'");
        await Task.Delay(trial.Random.Next(4) == 0 ? 2_500 : trial.Random.Next(200));
        await trial.ExecuteAsync("alter table oban_jobs enable trigger user");
    }

    private static async Task ReinstallAsync(FaultTrial trial)
    {
        await RetryAsync(() => trial.World.Installer.UninstallAsync());
        await trial.ExecuteAsync("update oban_jobs set state = 'completed' where id in (select id from oban_jobs where state = 'executing' limit 30); delete from oban_jobs where state = 'discarded'");
        await Task.Delay(trial.Random.Next(3) == 0 ? 2_500 : trial.Random.Next(200));
        await RetryAsync(() => trial.World.Installer.InstallAsync());
    }

    /// <summary>A transaction that wrote while nothing was logged, and commits after everything was compared.</summary>
    private static async Task SleepAsync(FaultTrial trial)
    {
        await trial.ExecuteAsync($"select setval('{FaultWorld.Names.Gate}', {TriggerNames.Asleep})");
        await using var connection = await trial.Queue.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var write = new Npgsql.NpgsqlCommand("insert into oban_jobs (worker, state) select 'App.MailJob', 'completed' from generate_series(1, 20)", connection, transaction))
            await write.ExecuteNonQueryAsync();
        // Longer than it takes to notice, to wake the trigger and to compare everything.
        await Task.Delay(trial.Scale.Hold * 3);
        await transaction.CommitAsync();
    }

    private static async Task RetryAsync(Func<Task> attempt)
    {
        while (true)
        {
            try
            {
                await attempt();
                return;
            }
            catch (TriggerException e) when (e.IsRetryable)
            {
                // The table was busy: as whoever installs does, once more.
            }
        }
    }
}
