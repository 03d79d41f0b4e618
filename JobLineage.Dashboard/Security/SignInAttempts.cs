using System.Net;
using System.Net.Sockets;

namespace JobLineage.Dashboard.Security;

/// <summary>How an attempt to sign in ended.</summary>
/// <param name="Success">Whether the password was right.</param>
/// <param name="RetryAfter">When to try again, for an attempt that was not looked at; zero otherwise.</param>
internal readonly record struct AttemptOutcome(bool Success, TimeSpan RetryAfter);

/// <summary>
/// Limits wrong passwords, per remote address and in all. An attempt beyond the limit is not even compared, so that
/// it tells nothing. Counting and comparing happen under one lock: attempts sent at once count one by one.
/// </summary>
internal sealed class SignInAttempts(TimeProvider time)
{
    /// <summary>Wrong passwords from one address within <see cref="Window"/>.</summary>
    public const int PerAddress = 5;

    /// <summary>Wrong passwords from all addresses together within <see cref="Window"/>.</summary>
    public const int InAll = 50;

    /// <summary>How long a wrong password counts.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly List<(DateTimeOffset At, string Address)> failures = [];

    /// <summary>Compares unless the limit is reached.</summary>
    public AttemptOutcome Try(IPAddress? remote, Func<bool> compare)
    {
        var address = Group(remote);
        lock (gate)
        {
            var now = time.GetUtcNow();
            failures.RemoveAll(f => now - f.At >= Window);
            var own = failures.Where(f => f.Address == address).ToList();
            if (own.Count >= PerAddress)
                return new(false, own[^PerAddress].At + Window - now);
            if (failures.Count >= InAll)
                return new(false, failures[^InAll].At + Window - now);
            if (compare())
            {
                failures.RemoveAll(f => f.Address == address);
                return new(true, default);
            }

            failures.Add((now, address));
            return new(false, default);
        }
    }

    /// <summary>One subscriber has a whole /64 of IPv6 addresses: they count as one.</summary>
    private static string Group(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
