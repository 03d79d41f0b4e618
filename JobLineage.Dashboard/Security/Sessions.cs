using System.Data.Common;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using JobLineage.Core.Store.Access;
using JobLineage.Dashboard.Hosting;

namespace JobLineage.Dashboard.Security;

/// <summary>
/// Sessions, and what each of them has open here. The store knows which go on, for all replicas; a session that was seen a
/// moment ago is not asked for again with each file of a page. When a session ends, whatever it has open is broken off.
/// Safe for concurrent use.
/// </summary>
/// <param name="store">Where sessions are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class Sessions(ISessionStore store, TimeProvider time)
{
    /// <summary>The claim that holds what the store knows the hash of.</summary>
    public const string Claim = "session";

    /// <summary>After which a session ends, whatever is done with it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>For so long a session that the store had is taken for going on.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    /// <summary>For so long a session goes on while the store does not answer: pages show what they last knew.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Session> known = [];

    // A reading that was under way when its session ended must not bring it back.
    private readonly Dictionary<string, DateTimeOffset> ended = [];

    /// <summary>What a signed-in browser's cookie holds; null for everybody else.</summary>
    public static string? Of(ClaimsPrincipal? user) => user?.FindFirstValue(Claim);

    /// <summary>Begins one, and returns what its cookie is to hold.</summary>
    public async Task<string> BeginAsync(CancellationToken cancellation)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var id = Hash(token);
        Know(Convert.ToHexString(id), id, await store.BeginAsync(id, Longest, cancellation));
        return token;
    }

    /// <summary>Whether a session goes on.</summary>
    /// <exception cref="DbException">The store does not answer, and the session was not seen lately.</exception>
    public async ValueTask<bool> IsLiveAsync(string token, CancellationToken cancellation)
    {
        var id = Hash(token);
        var name = Convert.ToHexString(id);
        if (IsKnown(name, Fresh))
            return true;
        try
        {
            if (await store.LiveAsync([id], cancellation) is [var (_, endsAt)])
                return Know(name, id, endsAt);
        }
        catch (Exception e) when (StoreFailures.IsUnavailable(e) && IsKnown(name, Grace))
        {
            return true;
        }

        BreakOff(name, null);
        return false;
    }

    /// <summary>Ends a session everywhere; what it has open here is broken off at once, elsewhere when <see cref="SessionWatch"/> looks.</summary>
    /// <param name="token">What its cookie holds.</param>
    /// <param name="but">The request that asks for it, which is still to be answered.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task EndAsync(string token, HttpContext but, CancellationToken cancellation)
    {
        var id = Hash(token);
        await store.EndAsync(id, cancellation);
        lock (gate)
            ended[Convert.ToHexString(id)] = time.GetUtcNow();
        BreakOff(Convert.ToHexString(id), but);
    }

    /// <summary>Counts a request as its session's until disposed of; a session that has ended meanwhile breaks it off.</summary>
    public IDisposable? Hold(HttpContext context)
    {
        if (Of(context.User) is not { } token)
            return null;
        lock (gate)
        {
            if (known.TryGetValue(Name(token), out var session))
            {
                session.Requests.Add(context);
                return new Held(this, session, context);
            }
        }

        context.Abort();
        return null;
    }

    /// <summary>Remembers whose a circuit is.</summary>
    public void Own(string token, string circuit)
    {
        lock (gate)
        {
            if (known.TryGetValue(Name(token), out var session))
                session.Add(circuit);
        }
    }

    /// <summary>Whether a circuit was made in this session, which goes on.</summary>
    public bool Owns(string token, string circuit)
    {
        lock (gate)
            return known.TryGetValue(Name(token), out var session) && session.Circuits.Contains(circuit);
    }

    /// <summary>Asks the store about the sessions that have something open, with one statement, and breaks off what is over.</summary>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        List<(string Name, byte[] Id)> open;
        lock (gate)
        {
            var now = time.GetUtcNow();
            foreach (var (name, old) in known.Where(s => s.Value.Requests.Count == 0 && now - s.Value.SeenAt > Grace).ToList())
                known.Remove(name);
            foreach (var (name, _) in ended.Where(e => now - e.Value > Grace).ToList())
                ended.Remove(name);
            open = [.. known.Where(s => s.Value.Requests.Count > 0).Select(s => (s.Key, s.Value.Id))];
        }

        if (open.Count == 0)
            return;
        HashSet<string> live;
        try
        {
            live = [.. (await store.LiveAsync([.. open.Select(s => s.Id)], cancellation)).Select(s => Convert.ToHexString(s.Id))];
        }
        catch (Exception e) when (StoreFailures.IsUnavailable(e))
        {
            // Somebody may have signed out at a replica that the store does answer: what was seen goes on for a while, and is not seen anew.
            foreach (var (name, _) in open.Where(s => !IsKnown(s.Name, Grace)))
                BreakOff(name, null);
            return;
        }

        foreach (var (name, _) in open.Where(s => !live.Contains(s.Name)))
            BreakOff(name, null);
        lock (gate)
        {
            foreach (var name in live)
            {
                if (known.TryGetValue(name, out var session))
                    session.SeenAt = time.GetUtcNow();
            }
        }
    }

    private static string Name(string token) => Convert.ToHexString(Hash(token));

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private bool IsKnown(string name, TimeSpan since)
    {
        var now = time.GetUtcNow();
        lock (gate)
            return known.TryGetValue(name, out var session) && now < session.EndsAt && now - session.SeenAt < since;
    }

    private bool Know(string name, byte[] id, DateTimeOffset endsAt)
    {
        lock (gate)
        {
            if (ended.ContainsKey(name))
                return false;
            if (!known.TryGetValue(name, out var session))
                known[name] = session = new(id);
            (session.SeenAt, session.EndsAt) = (time.GetUtcNow(), endsAt);
            return true;
        }
    }

    // Under the lock, which what ends takes too: the context of a request that has ended is the next one's of its connection,
    // which behind a proxy may be somebody else's.
    private void BreakOff(string name, HttpContext? but)
    {
        lock (gate)
        {
            if (!known.Remove(name, out var session))
                return;
            foreach (var request in session.Requests.Where(request => request != but).ToList())
            {
                if (session.Requests.Contains(request))
                    request.Abort();
            }
        }
    }

    private sealed class Session(byte[] id)
    {
        // A browser has a circuit for each of its tabs; of more the oldest are forgotten, and reload.
        private const int MostCircuits = 500;

        private readonly Queue<string> order = [];

        public byte[] Id => id;

        public DateTimeOffset SeenAt { get; set; }

        public DateTimeOffset EndsAt { get; set; }

        public HashSet<HttpContext> Requests { get; } = [];

        public HashSet<string> Circuits { get; } = [];

        public void Add(string circuit)
        {
            if (!Circuits.Add(circuit))
                return;
            order.Enqueue(circuit);
            if (order.Count > MostCircuits)
                Circuits.Remove(order.Dequeue());
        }
    }

    private sealed class Held(Sessions sessions, Session session, HttpContext request) : IDisposable
    {
        public void Dispose()
        {
            lock (sessions.gate)
                session.Requests.Remove(request);
        }
    }
}
