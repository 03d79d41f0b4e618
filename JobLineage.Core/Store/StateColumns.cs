using JobLineage.Core.Model;

namespace JobLineage.Core.Store;

/// <summary>The columns that count jobs by state, in the order of <see cref="JobStates.All"/>.</summary>
internal static class StateColumns
{
    /// <summary>All of a row <paramref name="row"/>; nothing where its columns stand alone.</summary>
    public static string Of(string row = "") => Each(name => row.Length == 0 ? name : $"{row}.{name}");

    /// <summary>The sum of some of them.</summary>
    public static string Sum(IEnumerable<JobState> states, string row = "") =>
        string.Join(" + ", states.Select(state => row.Length == 0 ? state.Name() : $"{row}.{state.Name()}"));

    /// <summary>Something made of the name of each.</summary>
    public static string Each(Func<string, string> made) => string.Join(", ", JobStates.All.Select(state => made(state.Name())));
}
