using System.Globalization;

namespace JobLineage.Core.Model;

/// <summary>
/// A filter as the parameters of an address: what always had a parameter keeps it, so that links stay what they were, and <c>q</c> has the rest as
/// it is typed.
/// </summary>
public static class JobFilterParameters
{
    /// <summary>The parameters, in their order; null for those that are absent.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="withIds">Whether ids have a parameter too, which is repeated: a text would be too long for many.</param>
    public static IReadOnlyList<(string Name, string? Value)> Of(JobFilter filter, bool withIds = false)
    {
        var rest = filter with
        {
            Stage = Filled(filter.Stage) is null ? filter.Stage : null,
            States = filter.States.Count == 1 ? [] : filter.States,
            Queue = Filled(filter.Queue) is null ? filter.Queue : null,
            Error = null,
            Below = Filled(filter.Below) is null ? filter.Below : null,
            Ids = withIds ? [] : filter.Ids,
        };
        return
        [
            ("stage", Filled(filter.Stage)), ("state", filter.States is [var state] ? state.Name() : null), ("queue", Filled(filter.Queue)),
            ("error", filter.Error?.ToString(CultureInfo.InvariantCulture)), ("q", Filled(rest.ToString())), ("below", Filled(filter.Below)),
            .. withIds ? filter.Ids.Select(id => ("ids", (string?)id)) : [],
        ];
    }

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
