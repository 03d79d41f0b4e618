using System.CommandLine;

namespace JobLineage.Dashboard.Cli;

/// <summary>
/// The verbs that speak to a source directly, without a store. The root they are added to has a recursive option
/// <c>--verbose</c>.
/// </summary>
public static class LineageCommands
{
    /// <summary>
    /// <c>stats</c>, <c>tree</c>, <c>watch</c>, <c>children</c>, <c>ancestors</c>, <c>export</c>, <c>infer</c>; <c>queues</c>, <c>install</c>, <c>uninstall</c>, <c>doctor</c>.
    /// </summary>
    public static IReadOnlyList<Command> Create(QuerySetup setup) =>
    [
        new StatsCommand(setup).Command,
        new TreeCommand(setup).Command,
        new WatchCommand(setup).Command,
        new ChildrenCommand(setup).Command,
        new AncestorsCommand(setup).Command,
        new ExportCommand(setup).Command,
        new InferCommand(setup).Command,
        new InstallCommand(setup).Command,
        new UninstallCommand(setup).Command,
        new QueuesCommand(setup).Command,
        new DoctorCommand(setup).Command,
    ];
}
