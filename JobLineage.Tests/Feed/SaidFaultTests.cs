using JobLineage.Core.Model;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Tests.Feed;

/// <summary>What breaks every look is said where people look (/sources) and where programs do (/healthz/ready), with what to do about it.</summary>
public sealed class SaidFaultTests
{
    [Fact]
    public async Task A_full_disk_of_the_store_is_said_and_passes_by_itself()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await fixture.InsertAsync(1);
        await fixture.StartAsync();
        await fixture.HasJobAsync(1);
        await fixture.Store.ExecuteAsync(
            """
            create function public.full_disk() returns trigger language plpgsql as $$
            begin raise exception 'could not extend file "base/1/2": No space left on device' using errcode = '53100'; end $$;
            create trigger full_disk before insert on job_lineage.job for each statement execute function public.full_disk()
            """);

        await fixture.InsertAsync(2);
        await IsSaidAsync(fixture, "What was read from source 'oban' can't be stored. The disk of the store's database is full", "make room");

        await fixture.Store.ExecuteAsync("drop trigger full_disk on job_lineage.job");
        await fixture.HasJobAsync(2);
        await fixture.SaysAsync(s => s.State == FeedState.Polling && SourceTroubles.Of(s, TimeProvider.System.GetUtcNow()) is null);
    }

    [Fact]
    public async Task A_time_limit_for_idle_sessions_that_breaks_every_look_is_said_by_its_name()
    {
        await using var fixture = await LeaderFixture.CreateAsync();
        await fixture.Queue.ExecuteAsync("create function looks() returns boolean language sql stable as 'select true'");
        await fixture.InsertAsync(1);
        await fixture.StartAsync(Presets.Oban("oban") with { State = "(case when looks() then state::text end)" });
        await fixture.HasJobAsync(1);

        await fixture.Queue.ExecuteAsync(
            """
            create or replace function looks() returns boolean language plpgsql stable as $$
            begin raise exception 'terminating connection due to idle-session timeout' using errcode = '57P05'; end $$
            """);
        await IsSaidAsync(fixture, "The database of source 'oban' ends sessions that wait", "idle_session_timeout");

        await fixture.Queue.ExecuteAsync("create or replace function looks() returns boolean language sql stable as 'select true'");
        await fixture.InsertAsync(2);
        await fixture.HasJobAsync(2);
    }

    private static async Task IsSaidAsync(LeaderFixture fixture, string what, string advice)
    {
        await fixture.SaysAsync(s => s.State == FeedState.Reconnecting && s.Message is { } message
            && message.StartsWith(what, StringComparison.Ordinal) && message.Contains(advice, StringComparison.Ordinal));
        // It goes on being so, and whoever watches the process is told.
        await fixture.SaysAsync(s => SourceTroubles.Of(s, TimeProvider.System.GetUtcNow()) == "Source 'oban' does not answer: /sources says why.");
    }
}
