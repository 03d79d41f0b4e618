using System.Globalization;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>Reads the parameters of the jobs list. One that is not known is an error: a filter that is passed over lies.</summary>
internal static class JobsParameters
{
    private const int LongestText = 1_000;

    private static readonly string[] Names = ["stage", "state", "queue", "error", "q", "below", "sort", "page", "pageSize"];

    /// <summary>The query, and what is wrong with it by parameter.</summary>
    public static (JobsQuery Query, Dictionary<string, string[]> Errors) Read(IQueryCollection parameters, string source, string rootId)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var (name, values) in parameters)
        {
            if (!Names.Contains(name, StringComparer.OrdinalIgnoreCase))
                errors[name] = [$"'{name}' is not a parameter of this list; there are {string.Join(", ", Names)}."];
            else if (values.Count > 1)
                errors[name] = [$"'{name}' may be given once."];
            else if (values is [{ } value] && (value.Contains('\0') || value.Length > LongestText))
                errors[name] = [$"'{name}' must be a text of at most {LongestText} characters without NUL."];
        }

        var query = new JobsQuery
        {
            Source = source,
            RootId = rootId,
            Stage = Text("stage"),
            State = State(Text("state")),
            Queue = Text("queue"),
            Error = Number("error", int.MaxValue),
            Text = Text("q"),
            Below = Text("below"),
            Sort = Sort(Text("sort")),
            Size = Number("pageSize", JobsQuery.LargestSize) ?? JobsQuery.DefaultSize,
        };
        if (Text("page") is { } page)
        {
            query = query with { After = JobsCursor.Parse(page) };
            if (query.After is null || query.After.Sort != query.Sort)
                errors["page"] = ["'page' must be the 'next' of an answer in the same order."];
        }

        return (query, errors);

        string? Text(string name) => !errors.ContainsKey(name) && parameters[name] is [{ Length: > 0 } value] ? value : null;

        int? Number(string name, int largest)
        {
            if (Text(name) is not { } text)
                return null;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= largest)
                return number;
            errors[name] = [$"'{name}' must be a whole number from 1 to {largest.ToString(CultureInfo.InvariantCulture)}."];
            return null;
        }

        JobState? State(string? text)
        {
            if (text is null)
                return null;
            if (JobStates.TryParse(text, out var state))
                return state;
            errors["state"] = [$"'state' must be one of {string.Join(", ", JobStates.All.Select(s => s.Name()))}."];
            return null;
        }

        JobSort Sort(string? text)
        {
            if (text is null)
                return default;
            foreach (var sort in Enum.GetValues<JobSort>())
            {
                if (sort.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                    return sort;
            }

            errors["sort"] = [$"'sort' must be one of {string.Join(", ", Enum.GetNames<JobSort>()).ToLowerInvariant()}."];
            return default;
        }
    }
}
