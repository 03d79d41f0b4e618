using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>
/// The lease of one source for a program that reads it once and ends, while no replica serves: renewed until it is disposed.
/// A replica that serves waits meanwhile, and goes on afterwards.
/// </summary>
/// <example>
/// <code>
/// await using var lease = await SourceLease.TryTakeAsync(store, "oban", "digest", time, cancellation);
/// if (lease is null)
///     …; // a replica reads it: IRunReader.SourcesAsync says as of when
/// else
///     record = await SourceRecord.OpenAsync(store, "oban", lease.Holder, time, cancellation);
/// </code>
/// </example>
public sealed class SourceLease : IAsyncDisposable
{
    private const string Prefix = "source:";

    private readonly LeaseMember member;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task renewing;

    private SourceLease(LeaseMember member, string lease, TimeProvider time)
    {
        this.member = member;
        renewing = RenewAsync(lease, time);
    }

    /// <summary>For <see cref="SourceRecord.OpenAsync(NpgsqlDataSource,string,Guid,TimeProvider,CancellationToken)"/>.</summary>
    public Guid Holder => member.Id;

    /// <summary>Cancelled when it was not renewed in time and another has taken it, or the store does not answer.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>The name of a source's lease.</summary>
    public static string NameOf(string source) => Prefix + source;

    /// <summary>SQL of who holds a source's lease, for people; null when nobody alive does.</summary>
    /// <param name="source">SQL of the source's name.</param>
    internal static string ReaderOf(string source) => $"""
        (select m.name from job_lineage.lease l join job_lineage.member m on m.id = l.holder
            where l.name = '{Prefix}' || {source} and {LeaseMember.IsAlive})
        """;

    /// <summary>Takes the lease if nobody alive holds it.</summary>
    /// <param name="store">Connections to the store, whose schema is up to date.</param>
    /// <param name="source">The source's name.</param>
    /// <param name="verb">What takes it, for people.</param>
    /// <param name="time">For waiting.</param>
    /// <param name="cancellation">Stops trying.</param>
    /// <returns>Null when somebody holds it.</returns>
    public static async Task<SourceLease?> TryTakeAsync(
        NpgsqlDataSource store, string source, string verb, TimeProvider time, CancellationToken cancellation)
    {
        var member = await LeaseMember.OpenAsync(store, LeaseMember.NameOf(verb), cancellation);
        try
        {
            await member.RenewAsync([], [], cancellation);
            if ((await member.TakeAsync([NameOf(source)], cancellation)).Count > 0)
                return new(member, NameOf(source), time);
        }
        catch
        {
            await member.DisposeAsync();
            throw;
        }

        await member.DisposeAsync();
        return null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await renewing;
        await member.DisposeAsync();
        stop.Dispose();
        lost.Dispose();
    }

    private async Task RenewAsync(string lease, TimeProvider time)
    {
        try
        {
            while (true)
            {
                await Task.Delay(LeaseMember.Beat, time, stop.Token);
                var view = await member.RenewAsync([], [], stop.Token);
                if (view.Holders.GetValueOrDefault(lease) != member.Id)
                    break;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e) when (DatabaseFailure.Is(e))
        {
            // What is still written is refused by the source's epoch once another has begun.
        }

        await lost.CancelAsync();
    }
}
