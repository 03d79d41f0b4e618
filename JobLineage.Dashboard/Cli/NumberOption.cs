using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace JobLineage.Dashboard.Cli;

/// <summary>Options that take a number.</summary>
internal static class NumberOption
{
    /// <summary>Has an option take a number within bounds alone. What is typed is read here: asked for the value of what is no number, the parser throws.</summary>
    /// <param name="option">The option.</param>
    /// <param name="least">The least.</param>
    /// <param name="most">The most.</param>
    /// <param name="sentence">What is said of everything else.</param>
    public static void Between<T>(this Option<T> option, T least, T most, string sentence)
        where T : INumber<T> => option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !T.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) || number < least || number > most))
                result.AddError(sentence);
        });
}
