using System.Globalization;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>Reads the parameters of the runs list. One that is not known is an error: a filter that is passed over lies.</summary>
internal static class RunsParameters
{
    private const int LargestPage = 1_000_000;
    private const int LargestPageSize = 200;

    private static readonly string[] Names = ["source", "state", "worker", "page", "pageSize"];

    /// <summary>The query, and what is wrong with it by parameter.</summary>
    public static (RunsQuery Query, Dictionary<string, string[]> Errors) Read(IQueryCollection parameters)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var (name, values) in parameters)
        {
            if (!Names.Contains(name, StringComparer.OrdinalIgnoreCase))
                errors[name] = [$"'{name}' is not a parameter of this list; there are {string.Join(", ", Names)}."];
            else if (values.Count > 1)
                errors[name] = [$"'{name}' may be given once."];
        }

        var query = new RunsQuery();
        query = query with
        {
            Source = Text("source"),
            Worker = Text("worker"),
            State = State(Text("state"), errors),
            Page = Number("page", query.Page, LargestPage),
            PageSize = Number("pageSize", query.PageSize, LargestPageSize),
        };
        return (query, errors);

        string? Text(string name) => parameters[name] is [{ Length: > 0 } value] ? value : null;

        int Number(string name, int absent, int largest)
        {
            if (Text(name) is not { } text)
                return absent;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= largest)
                return number;
            errors[name] = [$"'{name}' must be a whole number from 1 to {largest.ToString(CultureInfo.InvariantCulture)}."];
            return absent;
        }
    }

    private static RunState? State(string? text, Dictionary<string, string[]> errors)
    {
        if (text is null)
            return null;
        foreach (var state in Enum.GetValues<RunState>())
        {
            if (state.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return state;
        }

        errors["state"] = [$"'state' must be one of {string.Join(", ", Enum.GetNames<RunState>()).ToLowerInvariant()}."];
        return null;
    }
}
