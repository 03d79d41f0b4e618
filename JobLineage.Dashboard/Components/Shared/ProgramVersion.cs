using System.Reflection;
using System.Runtime.InteropServices;

namespace JobLineage.Dashboard.Components.Shared;

/// <summary>Which version of the program this is, as its build says.</summary>
public static class ProgramVersion
{
    /// <summary>The version, with the commit behind a plus where the build knew it.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>What it runs on.</summary>
    public static string Runtime { get; } = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}";
}
