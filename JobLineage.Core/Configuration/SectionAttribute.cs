using System.Reflection;

namespace JobLineage.Core.Configuration;

/// <summary>Says in which section of the configuration the settings of an options type stand. Several types may share a section.</summary>
/// <param name="path">The section from the root: <c>JobLineage:Feed</c>; <c>*</c> in it is a name of the operator's, as in <c>JobLineage:Sources:*</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SectionAttribute(string path) : Attribute
{
    /// <summary>Stands for any name.</summary>
    internal const string AnyName = "*";

    /// <summary>The section of an options type, from the root.</summary>
    internal static string Of(Type options) => options.GetCustomAttribute<SectionAttribute>(inherit: false)?.Path ?? throw new ArgumentException($"{options.Name} has no [Section].");

    private string Path => path;
}
