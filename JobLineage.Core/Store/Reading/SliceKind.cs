namespace JobLineage.Core.Store.Reading;

/// <summary>What jobs are found by. Each is served by an index in which a slice lies in one piece and in order.</summary>
internal enum SliceKind
{
    /// <summary>The jobs of a stage in a state, by due time: index job_stage.</summary>
    Due,

    /// <summary>The jobs of a stage in a state that have a finish time, by that: index job_finished.</summary>
    Finished,

    /// <summary>The jobs of a stage with a fingerprint, by the time they failed: index job_error.</summary>
    Failed,
}

/// <summary>The kinds in SQL, of a job <c>j</c>.</summary>
internal static class SliceKinds
{
    /// <summary>
    /// The time that puts the jobs of a slice in order. It is the expression of the index in the migrations, word
    /// for word: for another one that means the same the planner would sort the whole slice.
    /// </summary>
    public static string Time(this SliceKind kind) => kind switch
    {
        SliceKind.Due => "j.scheduled_at",
        SliceKind.Finished => "j.finished_at",
        _ => "coalesce(j.finished_at, j.attempted_at, j.scheduled_at)",
    };
}
