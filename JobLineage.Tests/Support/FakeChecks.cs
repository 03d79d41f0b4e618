using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Tests.Support;

/// <summary>A source with one thing that is well, one piece of advice and one problem.</summary>
internal sealed class FakeChecks : ISourceChecks
{
    public Task<IReadOnlyList<SourceCheck>?> CheckAsync(string source, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<SourceCheck>?>(
        source == "oban" ? [new("good", "table", "It can be read."), new("advice", "index", "Make an index."), new("problem", "trigger", "It is <b>gone</b>.")] : null);
}
