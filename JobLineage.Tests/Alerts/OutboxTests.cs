using JobLineage.Core.Alerts;

namespace JobLineage.Tests.Alerts;

/// <summary>What becomes of a digest, attempt by attempt.</summary>
public sealed class OutboxTests
{
    private static readonly SendOutcome Silence = new(SendResult.Unknown, "nothing was heard");

    [Fact]
    public async Task A_digest_that_was_taken_over_is_never_sent_again()
    {
        await using var fixture = await MadeAsync();
        var channel = new ScriptedChannel(new SendOutcome(SendResult.Accepted, ProviderId: "abc"));
        for (var i = 0; i < 3; i++)
        {
            await fixture.Sender(channel).PassAsync(default);
            await fixture.PassTimeAsync();
        }

        var digest = await fixture.OnlyAsync();
        Assert.Single(channel.Sent);
        Assert.Equal((DeliveryState.Accepted, "abc", false, null), (digest.State, digest.ProviderId, digest.PossibleDuplicate, digest.NextAttemptAt));
    }

    [Fact]
    public async Task Without_an_answer_a_digest_is_sent_once_more_under_its_key_and_marked()
    {
        await using var fixture = await MadeAsync();
        var channel = new ScriptedChannel(Silence);
        await fixture.Sender(channel).PassAsync(default);
        Assert.Equal(DeliveryState.Unknown, (await fixture.OnlyAsync()).State);
        await fixture.PassTimeAsync();
        await fixture.Sender(channel).PassAsync(default);
        Assert.Equal([false, true], channel.Sent.Select(m => m.IsPossibleDuplicate));
        Assert.Equal(channel.Sent[0].MessageId, channel.Sent[1].MessageId);
        Assert.Equal(channel.Sent[0].Html, channel.Sent[1].Html);
        var digest = await fixture.OnlyAsync();
        Assert.Equal((DeliveryState.Accepted, true), (digest.State, digest.PossibleDuplicate));
    }

    [Fact]
    public async Task Without_an_answer_twice_its_failures_are_in_the_next_digest_which_says_so()
    {
        await using var fixture = await MadeAsync();
        var channel = new ScriptedChannel(Silence, Silence);
        await fixture.Sender(channel).PassAsync(default);
        await fixture.PassTimeAsync();
        await fixture.Sender(channel).PassAsync(default);
        Assert.Equal(DeliveryState.GivenUp, (await fixture.OnlyAsync()).State);
        Assert.True(await fixture.Maker.HasReturnedAsync(default));
        Assert.True(await fixture.Reader.IsFailingAsync(default));
        var next = await fixture.MakeAsync();
        Assert.Equal((2, 2), (next!.Content.Failures, next.Content.ToldBefore));
        await fixture.Sender(channel).PassAsync(default);
        Assert.False(await fixture.Reader.IsFailingAsync(default));
    }

    [Fact]
    public async Task Where_copies_are_to_be_avoided_nothing_is_sent_twice()
    {
        await using var fixture = await MadeAsync();
        var channel = new ScriptedChannel(Silence);
        await fixture.Sender(channel, new() { AtMostOnce = true }).PassAsync(default);
        await fixture.PassTimeAsync();
        await fixture.Sender(channel, new() { AtMostOnce = true }).PassAsync(default);
        Assert.Single(channel.Sent);
        Assert.Equal((DeliveryState.Unknown, null), ((await fixture.OnlyAsync()).State, (await fixture.OnlyAsync()).NextAttemptAt));
        Assert.Null(await fixture.MakeAsync());
    }

    [Fact]
    public async Task A_refusal_is_not_tried_for_ever_and_loses_nothing()
    {
        await using var fixture = await MadeAsync();
        var channel = new ScriptedChannel(new SendOutcome(SendResult.Rejected, "401"));
        await fixture.Sender(channel).PassAsync(default);
        await fixture.PassTimeAsync();
        await fixture.Sender(channel).PassAsync(default);
        Assert.Single(channel.Sent);
        Assert.Equal((DeliveryState.Failed, "401"), ((await fixture.OnlyAsync()).State, (await fixture.OnlyAsync()).Detail));
        Assert.True(await fixture.Reader.IsFailingAsync(default));
        await fixture.FailAsync(77);
        var next = await fixture.MakeAsync();
        Assert.Equal((3, 0), (next!.Content.Failures, next.Content.ToldBefore));
    }

    [Fact]
    public async Task Where_nothing_was_ever_told_nothing_has_come_back()
    {
        await using var fixture = await DigestFixture.CreateAsync();
        Assert.False(await fixture.Maker.HasReturnedAsync(default));
        await fixture.FailAsync(1);
        Assert.False(await fixture.Maker.HasReturnedAsync(default));
        Assert.False(await fixture.Reader.IsFailingAsync(default));
    }

    [Fact]
    public async Task A_channel_that_asks_to_wait_is_left_alone_for_as_long_as_it_asks()
    {
        await using var fixture = await MadeAsync();
        var channel = new ScriptedChannel(new SendOutcome(SendResult.NotSent, "429", Wait: TimeSpan.FromMinutes(50)));
        await fixture.Sender(channel).PassAsync(default);
        await fixture.Sender(channel).PassAsync(default);
        var digest = await fixture.OnlyAsync();
        Assert.Single(channel.Sent);
        Assert.Equal(DeliveryState.Pending, digest.State);
        Assert.InRange(digest.NextAttemptAt!.Value - digest.MadeAt, TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(55));
        await fixture.PassTimeAsync();
        await fixture.Sender(channel).PassAsync(default);
        Assert.False(channel.Sent[^1].IsPossibleDuplicate);
    }

    [Fact]
    public async Task Of_many_replicas_one_claims_a_digest()
    {
        await using var fixture = await MadeAsync();
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => fixture.Outbox.ClaimAsync("x", TimeSpan.FromMinutes(1), default))));
        Assert.Single(claims, c => c is not null);
    }

    [Fact]
    public async Task What_somebody_holds_stands_in_nobodys_way()
    {
        await using var fixture = await MadeAsync();
        await fixture.FailAsync(9);
        await fixture.MakeAsync();
        await using var connection = await fixture.Store.Store.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var hold = new Npgsql.NpgsqlCommand("select 1 from job_lineage.digest order by id limit 1 for update", connection);
        await hold.ExecuteNonQueryAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Assert.Equal(2, (await fixture.Outbox.ClaimAsync("x", TimeSpan.FromMinutes(1), patience.Token))?.Id);
    }

    [Fact]
    public async Task A_program_that_died_before_it_sent_leaves_no_doubt_and_one_that_died_after_does()
    {
        await using var fixture = await MadeAsync();
        var channel = new ScriptedChannel();
        foreach (var step in new[] { DeliveryStep.Send, DeliveryStep.Post })
        {
            await Assert.ThrowsAsync<Killed>(() => fixture.Sender(channel, before: s => Killed.At(s, step)).PassAsync(default));
            await fixture.PassTimeAsync();
        }

        await fixture.Sender(channel).PassAsync(default);
        Assert.True(Assert.Single(channel.Sent).IsPossibleDuplicate);
    }

    [Fact]
    public async Task Who_slept_past_his_lease_neither_sends_nor_writes()
    {
        await using var fixture = await MadeAsync();
        var late = (await fixture.Outbox.ClaimAsync("late", TimeSpan.FromMinutes(1), default))!;
        await fixture.PassTimeAsync();
        Assert.False(await fixture.Outbox.BeginAsync(late, TimeSpan.FromMinutes(1), default));
        // While another holds it: his number is the older one.
        var other = (await fixture.Outbox.ClaimAsync("other", TimeSpan.FromMinutes(1), default))!;
        Assert.False(await fixture.Outbox.BeginAsync(late, TimeSpan.FromMinutes(1), default));
        Assert.True(await fixture.Outbox.BeginAsync(other, TimeSpan.FromMinutes(1), default));
        Assert.False(await fixture.Outbox.RecordAsync(late, new(DeliveryState.Failed, 0, null, true), Silence, default));
        Assert.True(await fixture.Outbox.RecordAsync(other, new(DeliveryState.Accepted, 0, null, false), new(SendResult.Accepted), default));
        // And when it is over.
        Assert.False(await fixture.Outbox.BeginAsync(late, TimeSpan.FromMinutes(1), default));
        Assert.False(await fixture.Outbox.RecordAsync(late, new(DeliveryState.Failed, 0, null, true), Silence, default));
        Assert.Equal(DeliveryState.Accepted, (await fixture.OnlyAsync()).State);
    }

    private static async Task<DigestFixture> MadeAsync()
    {
        var fixture = await DigestFixture.CreateAsync();
        await fixture.FailAsync(1, 2);
        await fixture.MakeAsync();
        return fixture;
    }
}

/// <summary>The program ended here.</summary>
internal sealed class Killed : Exception
{
    public static void At(DeliveryStep now, DeliveryStep fatal)
    {
        if (now == fatal)
            throw new Killed();
    }
}
