using System.Text.Json;

namespace JobLineage.Bench.Engines.HangfirePipeline;

/// <summary>What this process tells of its jobs, a line each, as <c>programs/common.cjs</c> does: <see cref="ProgramLog"/> reads both.</summary>
internal static class WorkerLog
{
    private static readonly Lock Gate = new();
    private static FileStream? _file;

    /// <summary>Opens it for appending. A line is one write: a process that is killed leaves no half of one.</summary>
    public static void Open(string path) => _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    /// <summary>Appends a line.</summary>
    /// <param name="what">What happened: <c>enq</c>, <c>start</c>, <c>ok</c>, <c>fail</c>, <c>cancel</c>, <c>made</c>.</param>
    /// <param name="id">The job's id.</param>
    /// <param name="name">The job's name.</param>
    /// <param name="isFinal">Of a failure: whether no attempt is left.</param>
    /// <param name="parent">Of a job that was made: in which.</param>
    public static void Tell(string what, string? id = null, string? name = null, bool isFinal = false, string? parent = null)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new { t = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), e = what, id, name, final = isFinal, parent });
        lock (Gate)
            _file!.Write([.. line, (byte)'\n']);
    }
}
