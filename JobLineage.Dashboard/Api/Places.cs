using System.Globalization;

namespace JobLineage.Dashboard.Api;

/// <summary>
/// Places for what takes long: there are so many, and who finds none is told to come again instead of waiting in a line that
/// nobody sees. Safe for concurrent use.
/// </summary>
internal abstract class Places(int count, int retrySeconds, string sentence)
{
    private int taken;

    /// <summary>How many are taken.</summary>
    public int Taken => Volatile.Read(ref taken);

    /// <summary>Takes a place until it is disposed of; null when there is none.</summary>
    public IDisposable? TryTake()
    {
        if (Interlocked.Increment(ref taken) <= count)
            return new Place(this);
        Interlocked.Decrement(ref taken);
        return null;
    }

    /// <summary>The problem of who found none.</summary>
    public IResult Full(HttpContext context)
    {
        context.Response.Headers.RetryAfter = retrySeconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Of(StatusCodes.Status503ServiceUnavailable, sentence);
    }

    private sealed class Place(Places places) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                Interlocked.Decrement(ref places.taken);
        }
    }
}

/// <summary>Exports at a time: each holds a connection to the store, and a processor for as long as the client takes.</summary>
internal sealed class ExportPlaces() : Places(Count, 10, $"{Count} exports are under way, and there are no more at a time. Try again shortly.")
{
    /// <summary>How many there are.</summary>
    public const int Count = 2;
}

/// <summary>Streams of events at a time: each holds a connection of a client, and nothing of the store.</summary>
internal sealed class EventPlaces() : Places(Count, 30, $"{Count} streams of events are open, and there are no more at a time. Ask for the run itself instead.")
{
    /// <summary>How many there are.</summary>
    public const int Count = 200;
}
