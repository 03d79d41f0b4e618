using JobLineage.Core.Alerts;

namespace JobLineage.Bench.Digest;

/// <summary>
/// What chance brings about too rarely is made to happen in every trial, step by step and while nothing else goes on: a sender that
/// wakes while another holds its digest, and a claim that is made during another's.
/// </summary>
internal sealed class StagedFaults(TrialWorld world, TrialQueue queue, TimeProvider clock)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var first = new TrialReplica(world, "staged-first", clock, world.Plan.Seed);
        await using var second = new TrialReplica(world, "staged-second", clock, world.Plan.Seed + 1);
        await using var third = new TrialReplica(world, "staged-third", clock, world.Plan.Seed + 2);
        await queue.FailAsync(cancellation);
        await first.MakeNowAsync();
        await WakeAsync(first, second, third);

        await third.WorkAsync();
        await queue.FailAsync(cancellation);
        await first.MakeNowAsync();
        if (!await first.ClaimSlowlyAsync())
            world.Wrong.Enqueue("there was nothing to claim slowly");
        world.Count("staged: a claim during another's");
    }

    /// <summary>
    /// The first is refused, sleeps past its lease, and knows that nothing of it was sent. The second sends the digest, as a possible second
    /// copy, and has not written down what became of it. What the first would write down now makes the digest look as if it was never
    /// sent: a third would send it unmarked.
    /// </summary>
    private async Task WakeAsync(TrialReplica first, TrialReplica second, TrialReplica third)
    {
        world.Count("staged: woke while another held the same");
        if (await first.ClaimAsync() is not { } claim)
        {
            world.Wrong.Enqueue("there was nothing to claim");
            return;
        }

        world.Provider.Next.Enqueue("429");
        var outcome = await first.PostAsync(claim) ?? new SendOutcome(SendResult.NotSent, "not sent");
        await first.ExpireAsync($"id = {claim.Id}");
        var taken = await second.ClaimAsync();
        if (taken?.Id != claim.Id)
        {
            world.Wrong.Enqueue("a digest whose lease was over could not be claimed");
            return;
        }

        world.Provider.Next.Clear();
        world.Provider.Next.Enqueue("well");
        var its = await second.PostAsync(taken);
        if (await first.RecordAsync(claim, outcome))
            world.Wrong.Enqueue("a sender whose digest another held wrote down what had become of it");
        await third.ExpireAsync($"id = {claim.Id} and state = {(short)DeliveryState.Pending}");
        if (await third.ClaimAsync() is { } again && await third.PostAsync(again) is { } late)
            await third.RecordAsync(again, late);
        if (its is not null)
            await second.RecordAsync(taken, its);
        world.Provider.Next.Clear();
    }
}
