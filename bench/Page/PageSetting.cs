namespace JobLineage.Bench.Page;

/// <summary>What a dashboard is started with.</summary>
/// <param name="Program">The path of its program.</param>
/// <param name="Schema">Where the data set is.</param>
/// <param name="Store">The name of its store's database.</param>
/// <param name="Shapes">The runs that it must have read.</param>
internal sealed record PageSetting(string Program, string Schema, string Store, IReadOnlyList<PageShape> Shapes)
{
    /// <summary>Gets each line that it says.</summary>
    public Action<string>? Hear { get; init; }

    /// <summary>More of its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
