namespace JobLineage.Bench.Faults;

/// <summary>What queues and people do to the rows of <c>oban_jobs</c>, as statements chosen at random.</summary>
internal static class QueueMoves
{
    private static readonly string[] Workers = ["App.PageJob", "App.DetailJob", "App.ShowtimeJob", "App.GeocodeJob", "App.SyncJob"];
    private static readonly string[] Errors = ["** (RuntimeError) page 17 not found", "** (Mint.TransportError) timeout", "boom"];

    private static readonly (int Weight, Func<Random, string> Make)[] Moves =
    [
        (3, _ => "insert into oban_jobs (worker, state, attempt, attempted_at) values ('App.SyncJob', 'executing', 1, timezone('UTC', now()))"),
        (3, r => $"insert into oban_jobs (worker, queue) select '{Worker(r)}', 'mail' from generate_series(1, {r.Next(1, 5)})"),
        (12, Spawn),
        (14, r => $"update oban_jobs set state = 'executing', attempt = least(attempt + 1, max_attempts), attempted_at = timezone('UTC', clock_timestamp()), attempted_by = array['node'] where id in {Some(r, "state = 'available'", 40)}"),
        (14, r => $"update oban_jobs set state = 'completed', completed_at = timezone('UTC', clock_timestamp()) where id in {Some(r, "state = 'executing'", 40)}"),
        (8, Fail),
        (4, r => $"update oban_jobs set state = 'available' where id in {Some(r, "state in ('retryable', 'scheduled')", 20)}"),
        (2, r => $"update oban_jobs set state = 'scheduled', scheduled_at = scheduled_at + interval '{r.Next(1, 90)} minutes' where id in {Some(r, "state in ('available', 'executing')", 5)}"),
        (2, r => $"update oban_jobs set state = 'cancelled', cancelled_at = timezone('UTC', now()) where id in {Some(r, "state in ('available', 'executing', 'scheduled')", 4)}"),
        (2, r => $"update oban_jobs set state = 'available', max_attempts = max_attempts + 1 where id in {Some(r, "state in ('discarded', 'cancelled', 'completed')", 4)}"),
        (4, r => $"delete from oban_jobs where id in {Some(r, "state in ('completed', 'discarded', 'cancelled')", 15)}"),
        (1, r => $"delete from oban_jobs where id in {Some(r, "state in ('available', 'scheduled', 'executing')", 2)}"),
        (3, Move),
        (2, r => $"update oban_jobs set worker = '{Worker(r)}', queue = 'other', priority = {r.Next(4)} where id in {Some(r, "state in ('available', 'scheduled', 'retryable')", 5)}"),
        (1, r => $"update oban_jobs set id = nextval('oban_jobs_id_seq') where id in {Some(r, "true", 2)}"),
    ];

    private static readonly int Total = Moves.Sum(m => m.Weight);

    /// <summary>A statement.</summary>
    public static string Next(Random random)
    {
        var at = random.Next(Total);
        foreach (var (weight, make) in Moves)
        {
            if (at < weight)
                return make(random);
            at -= weight;
        }

        throw new InvalidOperationException("The weights do not add up.");
    }

    /// <summary>Children of one to three jobs, the parent's id as a number or as text.</summary>
    private static string Spawn(Random random) => $$"""
        insert into oban_jobs (worker, queue, meta, args)
        select '{{Worker(random)}}', 'default', jsonb_build_object('parent_job_id', {{(random.Next(4) == 0 ? "p.id::text" : "p.id")}}), jsonb_build_object('n', n)
        from oban_jobs p, generate_series(1, {{random.Next(1, 25)}}) n
        where p.id in {{Some(random, "true", 3)}}
        """;

    private static string Fail(Random random) => $"""
        update oban_jobs
        set state = case when attempt >= {random.Next(1, 4)} then 'discarded' else 'retryable' end::oban_job_state,
            discarded_at = timezone('UTC', now()),
            errors = errors || jsonb_build_object('attempt', attempt, 'at', now(), 'error', '{Errors[random.Next(Errors.Length)]}')
        where id in {Some(random, "state = 'executing'", 15)}
        """;

    /// <summary>To another parent, to one that does not exist, to itself, or to none.</summary>
    private static string Move(Random random)
    {
        var meta = random.Next(5) switch
        {
            0 => "'{}'",
            1 => $"jsonb_build_object('parent_job_id', {2_000_000_000L + random.Next(5)})",
            2 => "jsonb_build_object('parent_job_id', id)",
            _ => $"coalesce((select jsonb_build_object('parent_job_id', o.id) from oban_jobs o where id > 0 order by id desc offset {random.Next(100)} limit 1), '{{}}')",
        };
        return $"update oban_jobs set meta = {meta} where id in {Some(random, "true", 4)}";
    }

    /// <summary>Jobs with ids below 0 are left alone: a trial may have some of its own.</summary>
    private static string Some(Random random, string condition, int most) =>
        $"(select id from oban_jobs where id > 0 and ({condition}) order by id desc offset {random.Next(60)} limit {random.Next(1, most + 1)} for update skip locked)";

    private static string Worker(Random random) => Workers[random.Next(Workers.Length)];
}
