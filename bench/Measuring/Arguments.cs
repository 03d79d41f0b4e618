using System.Globalization;

namespace JobLineage.Bench.Measuring;

/// <summary>Reads the arguments of a benchmark.</summary>
internal static class Arguments
{
    /// <summary>The number at a place.</summary>
    /// <param name="arguments">All of them.</param>
    /// <param name="place">Counted from 0.</param>
    /// <param name="otherwise">What there is when there are not so many.</param>
    /// <exception cref="ArgumentException">What stands there is not a number above 0.</exception>
    public static int Number(IReadOnlyList<string> arguments, int place, int otherwise)
    {
        if (arguments.Count <= place)
            return otherwise;
        return int.TryParse(arguments[place], CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ArgumentException($"'{arguments[place]}' is not a number above 0.");
    }
}
