namespace JobLineage.Bench.Faults;

/// <summary>Ids that come back, and rows that can't be read.</summary>
internal static class IdentityFaults
{
    public static IReadOnlyList<Fault> List { get; } =
    [
        new("ids used again", "ids begin anew (TRUNCATE … RESTART IDENTITY)", async trial =>
        {
            await trial.ExecuteAsync("truncate oban_jobs restart identity");
            await trial.LoadAsync();
        })
        {
            Repeats = false,
        },
        new("ids used again", "low ids used again", AgainAsync),
        new("rows that can't be read", "rows that can't be read", PoisonAsync) { Mapping = FaultWorld.Delicate },
    ];

    /// <summary>Other jobs under the same ids, children of theirs among them.</summary>
    private static async Task AgainAsync(FaultTrial trial)
    {
        for (var i = trial.Random.Next(1, 4); i > 0; i--)
        {
            await trial.ExecuteAsync($"""
                begin;
                create temp table again on commit drop as
                    select id, meta from oban_jobs where id > 0 order by random() limit {trial.Random.Next(1, 12)} for update;
                delete from oban_jobs where id in (select id from again);
                insert into oban_jobs (id, worker, state, meta, inserted_at)
                    select id, 'App.GeocodeJob', 'executing', case when id % 2 = 0 then meta - 'lost' - 'poison' else jsonb_build_object() end, timezone('UTC', clock_timestamp()) from again;
                insert into oban_jobs (worker, meta, inserted_at)
                    select 'App.DetailJob', jsonb_build_object('parent_job_id', id), timezone('UTC', clock_timestamp()) from again;
                commit
                """);
            await trial.LoadAsync();
        }
    }

    /// <summary>Some lose their link, some what they were given; some are deleted and half of the others mended, whether or not they were seen so.</summary>
    private static async Task PoisonAsync(FaultTrial trial)
    {
        for (var i = trial.Random.Next(1, 4); i > 0; i--)
        {
            await trial.ExecuteAsync($$"""
                update oban_jobs set meta = coalesce(meta, '{}') || case when id % 3 = 0 then '{"poison": 0}' else '{"lost": 0}' end::jsonb
                where id in (select id from oban_jobs where id > 0 order by random() limit {{trial.Random.Next(1, 9)}} for update skip locked)
                """);
            await trial.ExecuteAsync("""
                insert into oban_jobs (worker, state, meta)
                select 'App.PageJob', 'executing', jsonb_build_object('parent_job_id', (select max(id) from oban_jobs), case when n = 1 then 'lost' else 'poison' end, 0) from generate_series(1, 3) n
                """);
            await trial.LoadAsync();
        }

        await trial.ExecuteAsync("delete from oban_jobs where (meta ? 'lost' or meta ? 'poison') and random() < 0.2");
        await trial.ExecuteAsync("update oban_jobs set meta = meta - 'lost' - 'poison' where (meta ? 'lost' or meta ? 'poison') and random() < 0.5");
    }
}
