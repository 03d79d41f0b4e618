using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using JobLineage.Dashboard.Security;

namespace JobLineage.Dashboard.Api;

/// <summary>
/// Places for what takes long: there are so many, and of those so many for one client; who finds none is told to come again
/// instead of waiting in a line that nobody sees. Safe for concurrent use.
/// </summary>
/// <param name="count">How many there are.</param>
/// <param name="retrySeconds">When to come again.</param>
/// <param name="sentence">What is told to who finds none.</param>
/// <param name="each">How many one client may take; null: all.</param>
internal abstract class Places(int count, int retrySeconds, string sentence, ClientPlaces? each = null)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> taken = [];
    private int all;

    /// <summary>How many are taken.</summary>
    public int Taken
    {
        get
        {
            lock (gate)
                return all;
        }
    }

    /// <summary>Takes a place until it is disposed of.</summary>
    /// <param name="context">The request.</param>
    /// <param name="place">The place.</param>
    /// <param name="refusal">The answer to who finds none.</param>
    public bool TryTake(HttpContext context, [NotNullWhen(true)] out IDisposable? place, [NotNullWhen(false)] out IResult? refusal)
    {
        // A session is one client wherever it comes from; without one the address is.
        var client = Sessions.Of(context.User) ?? ClientName.Of(context.Connection.RemoteIpAddress);
        (place, var isOwn) = Take(client);
        refusal = null;
        if (place is not null)
            return true;
        context.Response.Headers.RetryAfter = retrySeconds.ToString(CultureInfo.InvariantCulture);
        refusal = isOwn ? Problems.Of(StatusCodes.Status429TooManyRequests, each!.Sentence) : Problems.Of(StatusCodes.Status503ServiceUnavailable, sentence);
        return false;
    }

    /// <summary>Takes a place for a client; null when there is none, or none for this client.</summary>
    internal (IDisposable? Place, bool IsOwn) Take(string client)
    {
        lock (gate)
        {
            var own = taken.GetValueOrDefault(client);
            if (own >= each?.Most)
                return (null, true);
            if (all >= count)
                return (null, false);
            taken[client] = own + 1;
            all++;
        }

        return (new Place(this, client), false);
    }

    private void Leave(string client)
    {
        lock (gate)
        {
            all--;
            if (--taken[client] == 0)
                taken.Remove(client);
        }
    }

    private sealed class Place(Places places, string client) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                places.Leave(client);
        }
    }
}

/// <summary>How many places one client may take.</summary>
/// <param name="Most">So many.</param>
/// <param name="Sentence">What is told to who has taken them.</param>
internal sealed record ClientPlaces(int Most, string Sentence);

/// <summary>Exports at a time: each holds a connection to the store, and a processor for as long as the client takes.</summary>
internal sealed class ExportPlaces() : Places(
    Count, 10, $"{Count} exports are under way, and there are no more at a time. Try again shortly.")
{
    /// <summary>How many there are.</summary>
    public const int Count = 2;
}

/// <summary>Streams of events at a time: each holds a connection of a client, and nothing of the store.</summary>
internal sealed class EventPlaces() : Places(
    Count, 30, $"{Count} streams of events are open, and there are no more at a time. Ask for the run itself instead.",
    new(PerClient, $"You have {PerClient} streams of events open, and there are no more for one client. Close one, or ask for the run itself instead."))
{
    /// <summary>How many there are.</summary>
    public const int Count = 200;

    /// <summary>How many one client may have.</summary>
    public const int PerClient = 20;
}

/// <summary>Inferences at a time: each reads a queue's table, and two do while the others wait.</summary>
internal sealed class InferPlaces() : Places(
    Count, 10, $"{Count} inferences are under way, and there are no more at a time. Try again shortly.",
    new(PerClient, $"{PerClient} inferences of yours are under way, and there are no more for one client. Wait for one of them."))
{
    /// <summary>How many there are.</summary>
    public const int Count = 8;

    /// <summary>How many one client may have.</summary>
    public const int PerClient = 2;
}
