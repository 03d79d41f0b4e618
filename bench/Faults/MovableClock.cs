namespace JobLineage.Bench.Faults;

/// <summary>The system's clock, which somebody sets: the time of day jumps, and time goes on passing as it did.</summary>
public sealed class MovableClock : TimeProvider
{
    private long offset;

    /// <summary>How far the time of day is off.</summary>
    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref offset));
        set => Interlocked.Exchange(ref offset, value.Ticks);
    }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
}
