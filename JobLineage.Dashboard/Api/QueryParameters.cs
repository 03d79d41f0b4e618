using System.Globalization;

namespace JobLineage.Dashboard.Api;

/// <summary>
/// Reads the parameters of a list. One that is not known is an error, for a filter that is passed over lies; and all that
/// are wrong are told together.
/// </summary>
internal sealed class QueryParameters
{
    private const int LongestText = 1_000;

    private readonly IQueryCollection parameters;

    /// <summary>Looks them over.</summary>
    /// <param name="parameters">As they were given.</param>
    /// <param name="names">Those that the list knows, whatever the case of their letters.</param>
    /// <param name="repeatable">That of them which may be given more than once.</param>
    /// <param name="filter">That of them which is a filter of jobs: whoever reads it says what is wrong with it, and how long it may be.</param>
    public QueryParameters(IQueryCollection parameters, IReadOnlyList<string> names, string? repeatable = null, string? filter = null)
    {
        this.parameters = parameters;
        foreach (var (name, values) in parameters)
        {
            if (!names.Contains(name, StringComparer.OrdinalIgnoreCase))
                Errors[name] = [$"'{name}' is not a parameter of this list; there are {string.Join(", ", names)}."];
            else if (values.Count > 1 && !name.Equals(repeatable, StringComparison.OrdinalIgnoreCase))
                Errors[name] = [$"'{name}' may be given once."];
            // The database knows no NUL in a text.
            else if (!name.Equals(filter, StringComparison.OrdinalIgnoreCase) && values.Any(value => value is not null && (value.Contains('\0') || value.Length > LongestText)))
                Errors[name] = [$"'{name}' must be a text of at most {LongestText} characters without NUL."];
        }
    }

    /// <summary>What is wrong, by parameter; parameters that are read later may add to it.</summary>
    public Dictionary<string, string[]> Errors { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A text; null when it is absent, empty or wrong.</summary>
    public string? Text(string name) => !Errors.ContainsKey(name) && parameters[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>All texts of a parameter that may be given more than once; none when it is absent or wrong.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="most">How many there may be.</param>
    public IReadOnlyList<string> Texts(string name, int most)
    {
        if (Errors.ContainsKey(name))
            return [];
        var texts = parameters[name].OfType<string>().Where(text => text.Length > 0).ToList();
        if (texts.Count <= most)
            return texts;
        Errors[name] = [$"'{name}' may be given {most.ToString(CultureInfo.InvariantCulture)} times."];
        return [];
    }

    /// <summary>Yes or no; false when it is absent or wrong.</summary>
    public bool Flag(string name)
    {
        if (Text(name) is not { } text)
            return false;
        if (bool.TryParse(text, out var flag))
            return flag;
        Errors[name] = [$"'{name}' must be true or false."];
        return false;
    }

    /// <summary>A whole number from 1 to <paramref name="largest"/>; null when it is absent or wrong.</summary>
    public int? Number(string name, int largest)
    {
        if (Text(name) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= largest)
            return number;
        Errors[name] = [$"'{name}' must be a whole number from 1 to {largest.ToString(CultureInfo.InvariantCulture)}."];
        return null;
    }

    /// <summary>A member of an enum by its name, whatever the case of its letters; null when it is absent or wrong.</summary>
    public T? Choice<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
            return null;
        foreach (var value in Enum.GetValues<T>())
        {
            if (value.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        Errors[name] = [$"'{name}' must be one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}."];
        return null;
    }
}
