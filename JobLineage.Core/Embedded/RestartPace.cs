namespace JobLineage.Core.Embedded;

/// <summary>How long to rest before a server that died is started again. Pure.</summary>
internal sealed class RestartPace
{
    /// <summary>The longest rest; a server that lived longer than this was well.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    /// <summary>The rest that comes next, unless the server lives long.</summary>
    public TimeSpan Rest { get; private set; }

    /// <summary>The rest before another start; none before the first.</summary>
    /// <param name="lived">How long the server ran; null: it did not start.</param>
    public TimeSpan Next(TimeSpan? lived)
    {
        // One that looks well for a moment, and dies again and again, is not started again and again without a rest.
        if (lived >= Longest)
            Rest = TimeSpan.Zero;
        var rest = Rest;
        var next = rest == TimeSpan.Zero ? First : rest * 2;
        Rest = next < Longest ? next : Longest;
        return rest;
    }
}
