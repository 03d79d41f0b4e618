using System.Collections.Concurrent;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;

namespace JobLineage.Tests.Support;

/// <summary>Sources' rows in memory; a job without one is gone.</summary>
internal sealed class FakeNativeRows : INativeRows
{
    public ConcurrentDictionary<RunKey, NativeRow> Rows { get; } = [];

    public int Asked { get; private set; }

    public Task<NativeRow?> FindAsync(string source, string jobId, CancellationToken cancellation)
    {
        Asked++;
        return Task.FromResult<NativeRow?>(Rows.GetValueOrDefault(new(source, jobId), new(NativeRowState.Gone, [], null, SomeRuns.Noon)));
    }
}
