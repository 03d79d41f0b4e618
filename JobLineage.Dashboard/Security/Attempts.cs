using System.Net;

namespace JobLineage.Dashboard.Security;

/// <summary>How an attempt to get in ended.</summary>
/// <param name="Success">Whether the secret was right.</param>
/// <param name="RetryAfter">When to try again, for an attempt that was not looked at; zero otherwise.</param>
/// <param name="IsFirst">Whether it is the first of its address that was not looked at: worth a line in the log.</param>
internal readonly record struct AttemptOutcome(bool Success, TimeSpan RetryAfter, bool IsFirst = false);

/// <summary>
/// Limits wrong secrets per remote address. An attempt beyond the limit is not even compared, so that it tells nothing.
/// While many addresses guess at once each gets one guess instead of some, and an address that has guessed nothing wrong is
/// always looked at: no flood locks anybody else out. Counting and comparing happen under one lock: attempts sent at once
/// count one by one.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="perAddress">Wrong ones from one address within <see cref="Window"/>.</param>
internal abstract class Attempts(TimeProvider time, int perAddress)
{
    /// <summary>Wrong ones from all addresses within <see cref="Window"/> that make a flood.</summary>
    public const int Flood = 50;

    /// <summary>Wrong ones that are remembered; of more the oldest are forgotten early.</summary>
    internal const int Most = 20_000;

    /// <summary>How long a wrong one counts.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Queue<(DateTimeOffset At, Guesser Of)> failures = [];
    private readonly Dictionary<string, Guesser> guessers = [];

    /// <summary>Compares unless the limit is reached.</summary>
    public AttemptOutcome Try(IPAddress? remote, Func<bool> compare)
    {
        var address = ClientName.Of(remote);
        lock (gate)
        {
            var now = time.GetUtcNow();
            while (failures.TryPeek(out var oldest) && (now - oldest.At >= Window || failures.Count > Most))
                Forget();
            var own = guessers.GetValueOrDefault(address);
            var limit = failures.Count >= Flood ? 1 : perAddress;
            if (own is not null && own.Times.Count >= limit)
            {
                var isFirst = !own.IsTold;
                own.IsTold = true;
                return new(false, own.Times[^limit] + Window - now, isFirst);
            }

            if (compare())
            {
                if (own is not null)
                    guessers.Remove(address);
                return new(true, default);
            }

            if (own is null)
                guessers[address] = own = new(address);
            own.Times.Add(now);
            failures.Enqueue((now, own));
            return new(false, default);
        }
    }

    private void Forget()
    {
        var (at, of) = failures.Dequeue();
        of.Times.Remove(at);
        of.IsTold = false;
        if (of.Times.Count == 0 && guessers.GetValueOrDefault(of.Address) == of)
            guessers.Remove(of.Address);
    }

    private sealed class Guesser(string address)
    {
        public string Address => address;

        public List<DateTimeOffset> Times { get; } = [];

        public bool IsTold { get; set; }
    }
}

/// <summary>Limits wrong passwords.</summary>
internal sealed class SignInAttempts(TimeProvider time) : Attempts(time, PerAddress)
{
    /// <summary>Wrong passwords from one address within the window.</summary>
    public const int PerAddress = 5;
}

/// <summary>Limits wrong tokens. A program that has a wrong one tries it more often than a person types.</summary>
internal sealed class TokenAttempts(TimeProvider time) : Attempts(time, PerAddress)
{
    /// <summary>Wrong tokens from one address within the window.</summary>
    public const int PerAddress = 10;
}
