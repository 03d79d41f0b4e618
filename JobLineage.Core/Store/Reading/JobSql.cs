using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Reading;

/// <summary>Reads whole job rows.</summary>
internal static class JobSql
{
    /// <summary>What is large of a job lies beside it: one step into an index for each row, whatever the planner thinks of the table.</summary>
    public const string PayloadJoin =
        """
        left join lateral (
            select p.args, p.meta, p.errors from job_lineage.payload p where p.source_id = j.source_id and p.id = j.id offset 0) jp on true
        """;

    /// <summary>The columns of a <see cref="Job"/>; needs <c>j</c> (job) and <see cref="Joins"/> in scope.</summary>
    public static readonly string Columns = ColumnsOf("jw.text", "jq.text", "js.text");

    /// <summary>The arguments of a job, wherever they lie, for a statement without <see cref="PayloadJoin"/>.</summary>
    /// <param name="job">The alias of the job.</param>
    public static string Args(string job = "j") =>
        $"coalesce({job}.args, (select p.args from job_lineage.payload p where p.source_id = {job}.source_id and p.id = {job}.id))";

    /// <summary>The same where labels are looked up in another way than by <see cref="Joins"/>; needs <see cref="PayloadJoin"/>.</summary>
    /// <param name="worker">SQL of the worker's name.</param>
    /// <param name="queue">SQL of the queue's name.</param>
    /// <param name="step">SQL of the step's name.</param>
    public static string ColumnsOf(string worker, string queue, string step) =>
        $"""
        j.flags, j.id, j.native_id, j.state, {worker}, {queue}, {step}, j.parent_id, j.run_key, j.attempt, j.max_attempts, j.priority,
        j.inserted_at, j.scheduled_at, j.attempted_at, j.finished_at, j.attempted_by,
        coalesce(j.args, jp.args), coalesce(j.meta, jp.meta), coalesce(j.errors, jp.errors), j.parents, j.stage_id
        """;

    /// <summary>The labels of a job, and what lies beside it.</summary>
    public const string Joins =
        $"""
        {PayloadJoin}
        join job_lineage.label jw on jw.id = j.worker
        join job_lineage.label jq on jq.id = j.queue
        left join job_lineage.label js on js.id = j.step
        """;

    /// <summary>
    /// Whether a row is more than what a dropped run has left; needs <c>j</c> and its run <c>r</c>, joined from the left.
    /// </summary>
    public const string IsThere = "(j.run_id is null or r.id is not null)";

    /// <summary>
    /// Jobs <c>j</c> of the source $1 whose ids are in $2, one step into the primary key for each: left to itself the
    /// planner reads half the table for some thousands of them.
    /// </summary>
    public const string OfIds =
        """
        unnest($2) u (id) cross join lateral (
            select * from job_lineage.job j where j.source_id = $1 and j.id = u.id offset 0) j
        """;

    /// <summary>The order in which jobs are listed: by id, numbers as numbers.</summary>
    public const string Order = "length(j.id), j.id";

    /// <summary>Reads a job, and the number of its stage.</summary>
    public static (Job Job, long? StageId) Read(RowCursor row, string source)
    {
        var flags = (JobFlags)row.Short();
        var job = new Job
        {
            Source = source,
            Id = row.Text(),
            NativeId = row.TextOrNull()!,
            State = (JobState)row.Short(),
            Worker = row.Text(),
            Queue = row.Text(),
            Step = row.TextOrNull(),
            ParentId = row.TextOrNull(),
            RunKey = row.TextOrNull(),
            Attempt = row.Int(),
            MaxAttempts = row.Int(),
            Priority = row.Int(),
            InsertedAt = row.Time(),
            ScheduledAt = row.Time(),
            AttemptedAt = row.Time(),
            FinishedAt = row.Time(),
            AttemptedBy = row.TextOrNull(),
            Args = row.TextOrNull(),
            Meta = row.TextOrNull(),
            Errors = StoredJson.Errors(row.TextOrNull()),
            Parents = StoredJson.Texts(row.TextOrNull()),
            IsMissing = (flags & JobFlags.Missing) != 0,
            IsBlind = (flags & JobFlags.Blind) != 0,
            IsGone = (flags & JobFlags.Gone) != 0,
            IsVanished = (flags & JobFlags.Vanished) != 0,
            IsCycleCut = (flags & JobFlags.CycleCut) != 0,
            IsCut = (flags & JobFlags.Cut) != 0,
        };
        return (job, row.LongOrNull());
    }

    /// <summary>A single as a run of one.</summary>
    public static RunSnapshot Alone(Job job, long version, DateTimeOffset asOf)
    {
        var counts = job.IsVanished ? default : default(StateCounts).Add(job.State);
        var path = job.Step?.Replace('/', '.') ?? Workers.ShortName(job.Worker);
        var stage = new Stage
        {
            Path = path,
            Worker = job.Worker,
            Name = path,
            Depth = 1,
            Counts = counts,
            Vanished = job.IsVanished ? 1 : 0,
            CycleCuts = job.IsCycleCut ? 1 : 0,
            Queues = job.Queue.Length == 0 ? [] : [job.Queue],
            FirstInsertedAt = job.InsertedAt,
            LastAttemptedAt = job.AttemptedAt,
            LastFinishedAt = job.FinishedAt,
            OldestAvailableAt = job.State == JobState.Available ? job.ScheduledAt : null,
            OldestExecutingAt = job.State == JobState.Executing ? job.AttemptedAt : null,
            NextDueAt = job.State is JobState.Scheduled or JobState.Retryable ? job.ScheduledAt : null,
        };
        return new()
        {
            Source = job.Source,
            RootId = job.Id,
            RunKey = job.RunKey,
            Worker = job.Worker,
            RootArgs = job.Args,
            Version = version,
            AsOf = asOf,
            Stages = [stage],
            Edges = [],
            Counts = counts,
            StartedAt = job.InsertedAt,
            FinishedAt = job.State.IsFinished() ? job.FinishedAt : null,
        };
    }
}
