using System.Collections;
using System.Reflection;
using Npgsql;

namespace JobLineage.Core.Engines;

/// <summary>Makes a preset's mapping fit the version of the engine that is in the database; what the configuration says stays.</summary>
internal static class EngineFit
{
    private static readonly PropertyInfo[] Properties = [.. typeof(SourceMapping).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite)];

    /// <summary>The mapping for what is there.</summary>
    /// <param name="mapping">The mapping as configured; its table is there.</param>
    /// <param name="connection">An open connection to its database.</param>
    /// <param name="timeoutSeconds">Time limit of a statement.</param>
    /// <param name="cancellation">Stops the reading of the catalog.</param>
    /// <returns>The mapping, and the tables and columns that newer versions have and this one lacks.</returns>
    public static async Task<(SourceMapping Mapping, IReadOnlyCollection<string> Missing)> OfAsync(
        SourceMapping mapping, NpgsqlConnection connection, int timeoutSeconds, CancellationToken cancellation)
    {
        if (Presets.Engine(mapping.Preset) is not { } engine)
            return (mapping, []);
        var usual = engine.Map(mapping.Name);
        var tables = await EngineTables.ReadAsync(mapping.Schema, (usual.Table, mapping.Table), connection, timeoutSeconds, cancellation);
        var fitting = engine.Map(mapping.Name, tables);
        // What another edition needs is joined; where the configuration says what is joined, be it nothing, the preset's own members go without.
        if (usual.Joins is null && fitting.Joins is not null && (mapping.HasOwnJoins || mapping.Joins is not null))
            fitting = engine.Map(mapping.Name, tables = tables.Usual());
        return (Of(mapping, usual, fitting), tables.Missing);
    }

    /// <summary>What is as the preset has it becomes what fits; what the configuration replaced stays. Pure.</summary>
    internal static SourceMapping Of(SourceMapping mapping, SourceMapping usual, SourceMapping fitting)
    {
        var fitted = mapping with { };
        foreach (var property in Properties)
        {
            if (AreEqual(property.GetValue(mapping), property.GetValue(usual)))
                property.SetValue(fitted, property.GetValue(fitting));
        }

        // Found in another way, a link that is not found is no longer meant; and a key makes its run by itself.
        return fitted with { KeepsParent = fitted.KeepsParent && fitted.RunKey is null && fitted.ParentId == fitting.ParentId };
    }

    private static bool AreEqual(object? a, object? b) => (a, b) switch
    {
        (null, null) => true,
        (string or null, string or null) => (string?)a == (string?)b,
        (IEnumerable x, IEnumerable y) => x.Cast<object>().SequenceEqual(y.Cast<object>()),
        _ => Equals(a, b),
    };
}
