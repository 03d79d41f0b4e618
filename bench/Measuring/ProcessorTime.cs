using System.Globalization;
using Npgsql;

namespace JobLineage.Bench.Measuring;

/// <summary>
/// Processor time that was used so far, from /proc: what a load costs whatever else the machine does. Of a server on this
/// machine alone; of another one nothing is known.
/// </summary>
/// <param name="Server">Seconds, by all processes of the server.</param>
/// <param name="Store">Seconds, by those of them that serve databases whose names begin with <c>bench_store</c>; sessions that have ended are not in it.</param>
/// <param name="Program">Seconds, by this program.</param>
internal readonly record struct ProcessorTime(double Server, double Store, double Program)
{
    // Linux counts it in hundredths of a second for programs, whatever its own clock does.
    private const double TicksPerSecond = 100;

    /// <summary>Reads it; null where the server is on another machine, or there is no /proc.</summary>
    public static async Task<ProcessorTime?> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            select (string_to_array(pg_read_file('postmaster.pid'), E'\n'))[1]::int,
                array(select pid from pg_stat_activity where datname like 'bench\_store%')
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var postmaster = reader.GetInt32(0);
        var stores = reader.GetFieldValue<int[]>(1).ToHashSet();
        if (Of(postmaster) is not { } root)
            return null;
        // The postmaster has waited for those of its children that have ended.
        var server = root.Own + root.Children;
        var store = 0.0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)
                || Of(pid) is not { } process || process.Parent != postmaster)
                continue;
            server += process.Own;
            if (stores.Contains(pid))
                store += process.Own;
        }

        return new(server, store, Of(Environment.ProcessId)!.Value.Own);
    }

    public static ProcessorTime operator -(ProcessorTime one, ProcessorTime other) =>
        new(one.Server - other.Server, one.Store - other.Store, one.Program - other.Program);

    public static ProcessorTime operator /(ProcessorTime one, double by) => new(one.Server / by, one.Store / by, one.Program / by);

    public static ProcessorTime operator *(ProcessorTime one, double by) => new(one.Server * by, one.Store * by, one.Program * by);

    private static (int Parent, double Own, double Children)? Of(int pid)
    {
        try
        {
            // The name may hold spaces and brackets: what follows the last one is counted from.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            double Seconds(int place) => long.Parse(fields[place], CultureInfo.InvariantCulture) / TicksPerSecond;
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), Seconds(11) + Seconds(12), Seconds(13) + Seconds(14));
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
