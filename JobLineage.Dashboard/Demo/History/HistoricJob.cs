using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.History;

/// <summary>A finished row of <c>oban_jobs</c>, as the bulk insert reads it.</summary>
internal sealed record HistoricJob(long Id, NewObanJob Job, DateTime InsertedAt, DateTime FinishedAt)
{
    /// <summary>The error of each failed attempt; the state follows from it and from <see cref="Cancelled"/>.</summary>
    public string? Error { get; init; }

    /// <summary>Failed attempts before the last; the last too when the job was discarded.</summary>
    public int Failures { get; init; }

    public bool Discarded { get; init; }

    public bool Cancelled { get; init; }

    /// <summary>When it is due, of a job that has not been attempted; null for one that has ended.</summary>
    public DateTime? DueAt { get; init; }

    /// <summary>The row with Oban's column names.</summary>
    public object Row()
    {
        if (DueAt is { } due)
            return Waiting(due);
        var attempts = Discarded || Cancelled ? Math.Max(1, Failures) : Failures + 1;
        var step = (FinishedAt - InsertedAt) / Math.Max(1, attempts);
        var errors = Enumerable.Range(1, Failures).Select(attempt => AckJob.ErrorJson(InsertedAt + (step * attempt), Error ?? "", attempt));
        return new
        {
            id = Id,
            state = Discarded ? "discarded" : Cancelled ? "cancelled" : "completed",
            queue = Job.Queue,
            worker = Job.Worker,
            args = Job.Args,
            errors,
            attempt = attempts,
            max_attempts = Job.MaxAttempts,
            inserted_at = InsertedAt,
            scheduled_at = InsertedAt + (step * (attempts - 1)),
            attempted_at = FinishedAt - TimeSpan.FromSeconds(Math.Min(2, (FinishedAt - InsertedAt).TotalSeconds)),
            completed_at = Discarded || Cancelled ? (DateTime?)null : FinishedAt,
            attempted_by = new[] { ObanNodes.Leader, "4ffefaa6-df2c-4b24-b0a6-47af78d58c96" },
            discarded_at = Discarded ? FinishedAt : (DateTime?)null,
            priority = Job.Priority,
            tags = Job.Tags,
            meta = Job.Meta,
            cancelled_at = Cancelled ? FinishedAt : (DateTime?)null,
        };
    }

    // It was inserted last of all that happened to it.
    private object Waiting(DateTime due) => new
    {
        id = Id,
        state = due > InsertedAt ? "scheduled" : "available",
        queue = Job.Queue,
        worker = Job.Worker,
        args = Job.Args,
        errors = Array.Empty<string>(),
        attempt = 0,
        max_attempts = Job.MaxAttempts,
        inserted_at = InsertedAt,
        scheduled_at = due,
        attempted_at = (DateTime?)null,
        completed_at = (DateTime?)null,
        attempted_by = Array.Empty<string>(),
        discarded_at = (DateTime?)null,
        priority = Job.Priority,
        tags = Job.Tags,
        meta = Job.Meta,
        cancelled_at = (DateTime?)null,
    };
}
