using JobLineage.Core.Export;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Api;

/// <summary>Reads the parameters that say which jobs of a run are meant.</summary>
internal static class SelectionParameters
{
    private static readonly string[] Names = [.. FilterParameters.Names, "ids"];

    /// <summary>The selection, and what is wrong with it by parameter.</summary>
    public static (JobSelection Selection, Dictionary<string, string[]> Errors) Read(IQueryCollection parameters, string source, string rootId)
    {
        var read = new QueryParameters(parameters, Names, "ids", FilterParameters.Typed);
        return (Selection(read, source, rootId), read.Errors);
    }

    /// <summary>The same with the format that is asked for: JSON unless another is.</summary>
    public static (JobSelection Selection, ExportFormat Format, bool Bom, Dictionary<string, string[]> Errors) ReadExport(
        IQueryCollection parameters, string source, string rootId)
    {
        var read = new QueryParameters(parameters, ["format", "bom", .. Names], "ids", FilterParameters.Typed);
        var selection = Selection(read, source, rootId);
        var format = read.Choice<ExportFormat>("format") ?? ExportFormat.Json;
        var bom = read.Flag("bom");
        if (bom && format != ExportFormat.Csv)
            read.Errors.TryAdd("bom", ["'bom' is for format=csv."]);
        if (!format.HasJobs())
        {
            // A filter that is passed over lies.
            foreach (var name in Names.Where(name => name != "stage" && parameters.ContainsKey(name)))
                read.Errors.TryAdd(name, [$"'{name}' chooses jobs, and format={format.ToString().ToLowerInvariant()} draws stages: only 'stage' can be used with it."]);
        }

        return (selection, format, bom, read.Errors);
    }

    private static JobSelection Selection(QueryParameters read, string source, string rootId) =>
        new() { Source = source, RootId = rootId, Filter = FilterParameters.Read(read, withIds: true) };
}
