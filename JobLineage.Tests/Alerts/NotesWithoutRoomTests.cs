using JobLineage.Core.Alerts;
using JobLineage.Core.Store;
using Npgsql;

namespace JobLineage.Tests.Alerts;

/// <summary>What a digest counts, and does not name, the next one names; rows that can't be read count as long as it is anybody's to read them.</summary>
public sealed class NotesWithoutRoomTests
{
    [Fact]
    public async Task Every_note_is_named_by_one_digest_however_many_there_are()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        fixture.Maker = new(fixture.Store.Store, DigestFixture.BaseUrl, null)
        {
            Overdue = [.. Enumerable.Range(1, 40).Select(i => new OverdueRule("oban", $"{new string('<', 150)}{i}", TimeSpan.FromDays(1)))],
        };
        for (var i = 1; i <= 60; i++)
            await PutAsideAsync(fixture, $"s{i}");
        await fixture.FailAsync([.. Enumerable.Range(1, 40)]);
        await fixture.Store.SqlAsync(
            """
            insert into job_lineage.mute (source_id, worker, reason, from_at, until_at)
            select f.source_id, f.worker, repeat('<', 200), now() - interval '2 h', now() - interval '1 h' from job_lineage.failure f;
            update job_lineage.failure f set digest_id = -1, mute_id = m.id
            from (select id, row_number() over (order by id) as n from job_lineage.mute) m,
                (select id, row_number() over (order by id) as n from job_lineage.failure) o
            where o.n = m.n and f.id = o.id;
            update job_lineage.source set since = now() - interval '90 d', as_of = now(), backfilled = true
            """);

        var (aside, overdue, muted) = (new List<string>(), new List<string>(), new List<long>());
        while (await fixture.MakeAsync() is { } message)
        {
            if (aside.Count == 0)
                Assert.True(message.Content is { MoreNotes: > 10, PutAside.Count: > 0, Overdue.Count: > 0, Muted.Count: > 0 }, $"{message.Content.MoreNotes} notes are left out.");
            aside.AddRange(message.Content.PutAside.Select(p => p.Source));
            overdue.AddRange(message.Content.Overdue.Select(o => o.Pipeline));
            muted.AddRange(message.Content.Muted.Select(m => m.Mute));
        }

        Assert.Equal((60, 60), (aside.Count, aside.Distinct().Count()));
        Assert.Equal((40, 40), (overdue.Count, overdue.Distinct().Count()));
        Assert.Equal((40, 40), (muted.Count, muted.Distinct().Count()));
    }

    [Fact]
    public async Task Rows_are_a_digests_only_when_it_names_them_and_what_comes_while_it_is_written_is_the_next_ones()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        await PutAsideAsync(fixture, "s1");
        await PutAsideAsync(fixture, "s2");
        await using var connection = await fixture.Store.Store.OpenConnectionAsync();

        var untold = await PutAsideLines.UntoldAsync(connection, default);
        Assert.Equal([("s1", 3L), ("s2", 3L)], untold.Select(rows => (rows.Line.Source, rows.Line.Rows)));
        Assert.Equal(6, await ToldAsync(null));
        await fixture.Store.SqlAsync("insert into job_lineage.put_aside (source_id, job_id, member, native_id, kept, sentence) select source_id, '4', 'State', '4', false, 'Row 4.' from job_lineage.put_aside where job_id = '1'");
        await PutAsideLines.TellAsync(connection, 7, untold.Take(1), default);

        Assert.Equal((3, 5), (await ToldAsync(7), await ToldAsync(null)));
        Assert.Equal([("s1", 1L), ("s2", 4L)], (await PutAsideLines.UntoldAsync(connection, default)).Select(rows => (rows.Line.Source, rows.Line.Rows)));

        async Task<int> ToldAsync(long? digest)
        {
            await using var command = new NpgsqlCommand($"select count(*)::int from job_lineage.put_aside where told_in is not distinct from {(digest is { } id ? $"{id}" : "null")}", connection);
            return (int)(await command.ExecuteScalarAsync())!;
        }
    }

    [Theory]
    [InlineData(true, new[] { "oban" })]
    [InlineData(false, new[] { "oban", "left" })]
    // Of an entry for several schemas nothing is found yet: that is no reason to count what nobody reads.
    [InlineData(true, new string[0])]
    [InlineData(false, null)]
    public async Task Rows_of_a_source_that_left_the_configuration_count_until_a_digest_has_named_them(bool isWhole, string[]? configured)
    {
        await using var fixture = await DigestFixture.CreateAsync();
        fixture.Maker = new(fixture.Store.Store, DigestFixture.BaseUrl, null) { Sources = configured };
        await PutAsideAsync(fixture, "left");

        var first = await fixture.Maker.RunAsync(null, keep: true, [], default);
        var next = await fixture.Maker.RunAsync(null, keep: true, [], default);

        Assert.Equal("left", Assert.Single(first.Message!.Content.PutAside).Source);
        Assert.False(first.IsWhole);
        Assert.Null(next.Message);
        Assert.Equal(isWhole, next.IsWhole);
    }

    /// <summary>Rows of a source that can't be read, of which much is to say.</summary>
    private static async Task PutAsideAsync(DigestFixture fixture, string source)
    {
        await SourceRecord.OpenAsync(fixture.Store.Store, source, default);
        await fixture.Store.SqlAsync(
            """
            insert into job_lineage.put_aside (source_id, job_id, member, native_id, kept, sentence)
            select s.id, i::text, 'State', i::text, false, repeat('<', 200) from job_lineage.source s, generate_series(1, 3) i where s.name = @source
            """, new { source });
    }
}
