using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestCollectionOrderer("JobLineage.Tests.Support.LongestFirst", "JobLineage.Tests")]

namespace JobLineage.Tests.Support;

/// <summary>
/// Says of a collection, or of a class that is one by itself, how long its tests take one after the other, roughly: the longest
/// begin first, so that none is left over when all else is done.
/// </summary>
/// <param name="seconds">On two cores, beside other tests.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TakesAttribute(int seconds) : Attribute
{
    /// <summary>How long.</summary>
    public int Seconds { get; } = seconds;
}

/// <summary>Collections in order: what takes long first, the rest as xunit has it.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private const string OfClass = "Test collection for ";

    /// <inheritdoc />
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderByDescending(Seconds);

    private static int Seconds(ITestCollection collection)
    {
        // A class without a definition is a collection of its own, which is known by its name alone.
        var named = collection.CollectionDefinition ?? (collection.DisplayName.StartsWith(OfClass, StringComparison.Ordinal)
            ? collection.TestAssembly.Assembly.GetType(collection.DisplayName[OfClass.Length..].Split(' ')[0])
            : null);
        var takes = named?.GetCustomAttributes(typeof(TakesAttribute).AssemblyQualifiedName).FirstOrDefault();
        return takes?.GetConstructorArguments().OfType<int>().FirstOrDefault() ?? 0;
    }
}
