using JobLineage.Bench.Measuring;

namespace JobLineage.Bench;

/// <summary>Something that is measured, by name.</summary>
internal interface IBenchmark
{
    /// <summary>The verb that runs it.</summary>
    string Name { get; }

    /// <summary>One line for <c>list</c>.</summary>
    string Description { get; }

    /// <summary>Whether the server shall count statements, which costs it a little.</summary>
    bool CountsStatements => false;

    /// <summary>Sets up what is missing, measures, and prints.</summary>
    Task RunAsync(BenchServer server, Report report, IReadOnlyList<string> arguments, CancellationToken cancellation);
}
