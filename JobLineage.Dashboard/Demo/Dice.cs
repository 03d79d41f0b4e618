using System.Text;

namespace JobLineage.Dashboard.Demo;

/// <summary>
/// Random choices that depend on a text alone, so that a job decides alike after a restart and in a test.
/// </summary>
internal sealed class Dice
{
    private readonly Random _random;

    public Dice(string key)
    {
        // FNV-1a: string.GetHashCode differs from process to process.
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(key))
            hash = unchecked((hash ^ octet) * 16777619u);
        _random = new Random(unchecked((int)hash));
    }

    /// <summary>A whole number from 0 up to, not including, <paramref name="below"/>.</summary>
    public int Next(int below) => _random.Next(below);

    /// <summary>True once in <paramref name="times"/> throws.</summary>
    public bool OneIn(int times) => _random.Next(times) == 0;

    /// <summary>One of some.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    /// <summary>A span between two numbers of seconds.</summary>
    public TimeSpan Seconds(double from, double to) => TimeSpan.FromSeconds(from + (_random.NextDouble() * (to - from)));

    /// <summary>Mixes a list in place.</summary>
    public void Shuffle<T>(T[] items) => _random.Shuffle(items);

    /// <summary>A uuid.</summary>
    public Guid Uuid()
    {
        Span<byte> octets = stackalloc byte[16];
        _random.NextBytes(octets);
        octets[7] = (byte)((octets[7] & 0x0F) | 0x40);
        octets[8] = (byte)((octets[8] & 0x3F) | 0x80);
        return new Guid(octets);
    }
}
