using System.Reflection;

namespace JobLineage.Core.Sources;

/// <summary>
/// Declares the keys that a class reads, where it reads them: what nobody declares is a misspelt key. A key that ends with <c>:**</c> stands
/// for itself and all below it, which the class checks by itself; others beside it tell where a key belongs that stands elsewhere.
/// </summary>
/// <param name="keys">Whole keys, such as <c>JobLineage:DataDirectory</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ReadsConfigurationAttribute(params string[] keys) : Attribute
{
    /// <summary>What stands for all below a section.</summary>
    public const string All = ":**";

    /// <summary>The keys.</summary>
    public IReadOnlyList<string> Keys => keys;

    /// <summary>All that the classes of some assemblies read.</summary>
    public static IReadOnlyList<string> In(params Assembly[] assemblies) =>
        [.. assemblies.SelectMany(a => a.GetTypes()).SelectMany(t => t.GetCustomAttributes<ReadsConfigurationAttribute>(inherit: false)).SelectMany(a => a.Keys).Distinct(StringComparer.OrdinalIgnoreCase)];
}
