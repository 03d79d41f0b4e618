using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace JobLineage.Core.Alerts;

/// <summary>Sends what is due, one digest after the other.</summary>
/// <param name="outbox">What is to be sent.</param>
/// <param name="channel">The way out.</param>
/// <param name="options">How messages are delivered.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Is told what became of each digest.</param>
public sealed partial class DigestSender(
    Outbox outbox, IDigestChannel channel, DeliveryOptions options, TimeProvider time, ILogger<DigestSender> log)
{
    private readonly ResiliencePipeline<SendOutcome> pipeline = new ResiliencePipelineBuilder<SendOutcome> { TimeProvider = time }
        // A channel that is not reached for a moment is tried again at once: nothing was sent. One that asks to be left alone is.
        .AddRetry(new RetryStrategyOptions<SendOutcome>
        {
            ShouldHandle = new PredicateBuilder<SendOutcome>().HandleResult(o => o is { Result: SendResult.NotSent, Wait: null }),
            MaxRetryAttempts = 2,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.FirstPause / 15,
        })
        .AddTimeout(options.Timeout)
        .Build();

    /// <summary>Called before each step; a test throws here.</summary>
    internal Action<DeliveryStep> Before { get; init; } = _ => { };

    /// <summary>Sends all that is due.</summary>
    /// <returns>How each attempt ended.</returns>
    public async Task<IReadOnlyList<SendOutcome>> PassAsync(CancellationToken cancellation)
    {
        var outcomes = new List<SendOutcome>();
        while (await NextAsync(cancellation) is { } outcome)
            outcomes.Add(outcome);
        return outcomes;
    }

    /// <summary>Sends the next digest; null when none is due.</summary>
    internal async Task<SendOutcome?> NextAsync(CancellationToken cancellation)
    {
        Before(DeliveryStep.Claim);
        if (await outbox.ClaimAsync(channel.Name, options.Lease, cancellation) is not { } claim)
            return null;
        if (!DeliveryRules.MaySend(claim.Ambiguous, options))
        {
            var silence = new SendOutcome(SendResult.Unknown, "The program that sent it ended before there was an answer.");
            await ConcludeAsync(claim, DeliveryRules.Unanswered(claim.Ambiguous, options), silence, cancellation);
            return silence;
        }

        Before(DeliveryStep.Send);
        if (!await outbox.BeginAsync(claim, options.Lease, cancellation))
        {
            LogLost(claim.Id);
            return new(SendResult.NotSent, "Another replica sends it.");
        }

        Before(DeliveryStep.Post);
        var outcome = await SendAsync(claim.Message, cancellation);
        Before(DeliveryStep.Record);
        await ConcludeAsync(claim, DeliveryRules.After(outcome, claim.Ambiguous, claim.Attempts + 1, options), outcome, cancellation);
        return outcome;
    }

    private async Task<SendOutcome> SendAsync(DigestMessage message, CancellationToken cancellation)
    {
        try
        {
            return await pipeline.ExecuteAsync(async token => await channel.SendAsync(message, token), cancellation);
        }
        catch (TimeoutRejectedException)
        {
            return new(SendResult.Unknown, $"{channel.Name} did not answer within {options.Timeout.TotalSeconds:0} s.");
        }
    }

    private async Task ConcludeAsync(Claim claim, Verdict verdict, SendOutcome outcome, CancellationToken cancellation)
    {
        if (!await outbox.RecordAsync(claim, verdict, outcome, cancellation))
            LogLost(claim.Id);
        else if (verdict.State == DeliveryState.Accepted)
            LogAccepted(claim.Id, channel.Name, claim.Message.Content.Failures);
        else if (verdict.State is DeliveryState.Failed or DeliveryState.GivenUp || verdict.Wait is null)
            LogEnded(claim.Id, verdict.State, outcome.Detail);
        else
            LogWaits(claim.Id, verdict.State, verdict.Wait.Value, outcome.Detail);
    }

    [LoggerMessage(601, LogLevel.Information, "Digest {Digest} about {Failures} failure(s) was accepted by {Channel}")]
    private partial void LogAccepted(long digest, string channel, long failures);

    [LoggerMessage(602, LogLevel.Warning, "Digest {Digest} is {State} and tried again in {Wait}: {Detail}")]
    private partial void LogWaits(long digest, DeliveryState state, TimeSpan wait, string? detail);

    [LoggerMessage(603, LogLevel.Error, "Digest {Digest} ended as {State}: {Detail}")]
    private partial void LogEnded(long digest, DeliveryState state, string? detail);

    [LoggerMessage(604, LogLevel.Warning, "Digest {Digest} took longer than its lease; another replica goes on with it")]
    private partial void LogLost(long digest);
}

/// <summary>The steps of a delivery, each of which may be the last that a program does.</summary>
internal enum DeliveryStep
{
    /// <summary>Before a digest is claimed.</summary>
    Claim,

    /// <summary>Claimed; nothing is sent yet.</summary>
    Send,

    /// <summary>It is written down that sending begins.</summary>
    Post,

    /// <summary>The channel answered; nobody has written it down.</summary>
    Record,
}
