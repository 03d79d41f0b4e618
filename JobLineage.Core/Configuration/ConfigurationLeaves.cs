using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Configuration;

/// <summary>
/// The values below a section by their whole path in it: a queue's word for a state and a worker's name may hold a colon
/// (<c>waiting:retry</c>), at which configuration parts keys.
/// </summary>
internal static class ConfigurationLeaves
{
    /// <summary>The values, each with its path below the section.</summary>
    public static IEnumerable<(string Path, IConfigurationSection Setting)> Of(IConfigurationSection section)
    {
        var open = new Stack<IConfigurationSection>(section.GetChildren().Reverse());
        while (open.TryPop(out var next))
        {
            if (next.Value is not null)
                yield return (next.Path[(section.Path.Length + 1)..], next);
            foreach (var child in next.GetChildren().Reverse())
                open.Push(child);
        }
    }
}
