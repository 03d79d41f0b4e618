using JobLineage.Core.Feed;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Tests.Feed;

public sealed class PollTrackerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PollTracker tracker = new(JobIdKind.BigInt);

    [Fact]
    public void New_rows_and_changed_rows_are_read_and_others_are_not()
    {
        tracker.Start([], "0");
        Look(Scan((1, 10, true), (2, 10, false)), Job(1), Job(2, JobState.Completed));
        Assert.Equal(["1", "3"], tracker.Decide(Scan((1, 11, true), (2, 10, false), (3, 12, true))));
    }

    [Fact]
    public void What_is_read_comes_in_the_order_of_its_numbers()
    {
        tracker.Start(["7"], "0");
        Assert.Equal(["7", "9", "10", "100"], tracker.Decide(Scan((100, 1, true), (10, 1, true), (9, 1, false))));
    }

    [Fact]
    public void After_a_start_everything_that_the_store_takes_for_unfinished_is_read_once()
    {
        tracker.Start(["4", "5"], "5");
        Assert.Equal(["4", "5"], tracker.Decide(Scan((5, 3, true))));
        Look(Scan((5, 3, true)), Job(5));
        Assert.Empty(tracker.Decide(Scan((5, 3, true))));
    }

    [Fact]
    public void A_row_that_is_no_longer_among_the_unfinished_is_read_and_then_forgotten()
    {
        tracker.Start([], "0");
        Look(Scan((1, 10, true)), Job(1));
        Assert.Equal(["1"], tracker.Decide(Scan()));
        Look(Scan(), Job(1, JobState.Completed));
        Assert.Empty(tracker.Decide(Scan()));
        Assert.Equal(0, tracker.UnfinishedCount);
    }

    [Fact]
    public void A_row_that_was_deleted_is_asked_for_once()
    {
        tracker.Start([], "0");
        Look(Scan((1, 10, true)), Job(1));
        Assert.Equal(["1"], tracker.Decide(Scan()));
        Look(Scan());
        Assert.Empty(tracker.Decide(Scan()));
    }

    [Fact]
    public void An_unfinished_row_that_the_conditions_do_not_find_is_followed_by_its_id()
    {
        tracker.Start([], "0");
        Look(Scan((1, 10, false)), Job(1, JobState.Retryable));
        Assert.Equal(["1"], tracker.Followed);
        Look(Scan((1, 11, false)), Job(1, JobState.Discarded));
        Assert.Empty(tracker.Followed);
    }

    [Fact]
    public void What_is_left_unread_is_not_taken_for_known()
    {
        tracker.Start([], "0");
        var scan = Scan((1, 10, true));
        Assert.Equal(["1"], tracker.Decide(scan));
        // The write failed: nothing is committed, and the next look brings it again.
        Assert.Equal(["1"], tracker.Decide(scan));
    }

    [Fact]
    public void Some_ids_below_the_highest_are_always_looked_at()
    {
        tracker.Start([], "5000");
        Assert.Equal("4000", tracker.LookAbove);
        Assert.Equal("5000", tracker.HighId);
    }

    [Fact]
    public void Looks_begin_below_whatever_a_running_transaction_may_have_drawn()
    {
        tracker.Start([], "100");
        // Transaction 7 runs since before the look that saw id 9000.
        for (var look = 0; look < 5; look++)
            Look(Scan(Noon.AddMinutes(look), oldest: 7, next: 20 + look, (9_000 + look, 1, false)));
        Assert.Equal("100", tracker.LookAbove);

        Look(Scan(Noon.AddMinutes(6), oldest: 26, next: 26, (9_005, 1, false)));
        Assert.Equal("8005", tracker.LookAbove);
    }

    [Fact]
    public void A_mark_that_is_only_a_moment_old_is_not_believed()
    {
        tracker.Start([], "100");
        Look(Scan(Noon, oldest: 20, next: 20, (9_000, 1, false)));
        Look(Scan(Noon.AddSeconds(9), oldest: 21, next: 21, (9_001, 1, false)));
        Assert.Equal("100", tracker.LookAbove);
        Look(Scan(Noon.AddSeconds(10), oldest: 22, next: 22, (9_002, 1, false)));
        Assert.Equal("8002", tracker.LookAbove);
    }

    [Fact]
    public void A_transaction_that_is_open_for_hours_does_not_make_every_look_a_long_one()
    {
        tracker.Start([], "100");
        Look(Scan(Noon, oldest: 7, next: 20, (200_000, 1, false)));
        Assert.Equal("150000", tracker.LookAbove);
    }

    [Fact]
    public void Ids_that_are_no_numbers_have_no_highest()
    {
        var uuids = new PollTracker(JobIdKind.Uuid);
        uuids.Start([], null);
        Assert.Null(uuids.LookAbove);
        Assert.Null(uuids.HighId);
        uuids.Commit(new(new Dictionary<string, RowMark> { ["a"] = new(1, true) }, "a", 1, 1), [], Noon);
        Assert.Equal(["a"], uuids.Decide(new(new Dictionary<string, RowMark>(), null, 2, 2)));
    }

    private static Job Job(int id, JobState state = JobState.Executing) => new() { Source = "s", Id = id.ToString(), State = state };

    private static (SourceScan Scan, DateTimeOffset At) Scan(DateTimeOffset at, long oldest, long next, params (int Id, long Version, bool Unfinished)[] rows) =>
        (new(rows.ToDictionary(r => r.Id.ToString(), r => new RowMark(r.Version, r.Unfinished)), rows.Length == 0 ? null : rows.Max(r => r.Id).ToString(), oldest, next), at);

    private static SourceScan Scan(params (int Id, long Version, bool Unfinished)[] rows) => Scan(Noon, 1, 1, rows).Scan;

    private void Look(SourceScan scan, params Job[] read) => tracker.Commit(scan, read, Noon);

    private void Look((SourceScan Scan, DateTimeOffset At) look) => tracker.Commit(look.Scan, [], look.At);
}
