using System.Globalization;
using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>
/// One of the programs that share leases: rows in the schema <c>job_lineage</c>, by the clock of their database. A member
/// that is killed is known at once to be dead, because its session ends; one that is stopped, cut off or without power is
/// taken for dead <see cref="Lasts"/> after it last renewed its row. No lock of a session is involved: those outlive their
/// holder in all of these cases, and anyone who may connect can take them.
/// </summary>
/// <remarks>
/// A lease says who should work; it does not keep a holder that was stopped from going on when it wakes. Whatever is
/// written under a lease must be fenced by a number that counts up with each taking. Not thread-safe: one loop drives it.
/// </remarks>
public sealed class LeaseMember : IAsyncDisposable
{
    /// <summary>How long a member that does not renew is taken to be alive.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromSeconds(10);

    /// <summary>Between two renewals: short, because it also is how soon a killed member is noticed.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    /// <summary>An answer that takes longer than this is no sign of life.</summary>
    private const int TimeoutSeconds = 5;

    /// <summary>
    /// Whether member <c>m</c> is alive. The session's beginning is hidden from other roles; a number of its own is then all
    /// there is to go by.
    /// </summary>
    internal const string IsAlive =
        "(m.until > clock_timestamp() and exists (select from pg_stat_get_activity(m.pid) a where a.backend_start is null or a.backend_start = m.session_at))";

    private static readonly string Join = $"""
        insert into job_lineage.member as m (id, name, until, pid, session_at, wants, watches)
        values ($1, $2, clock_timestamp() + interval '{Seconds}', pg_backend_pid(), (select backend_start from pg_stat_get_activity(pg_backend_pid())), $3, $4)
        -- What is as it was is not written again: it may be long, and this happens all the time.
        on conflict (id) do update set until = excluded.until,
            wants = case when m.wants = excluded.wants then m.wants else excluded.wants end,
            watches = case when m.watches = excluded.watches then m.watches else excluded.watches end
        """;

    private static readonly string ReadMembers = $"select m.id, m.name, m.wants, m.watches from job_lineage.member m where m.id = $1 or {IsAlive} order by m.id";

    private const string ReadLeases = "select name, holder from job_lineage.lease where holder is not null";

    private static readonly string Take = $"""
        insert into job_lineage.lease as l (name, holder, taken_at)
        select n, $1, clock_timestamp() from unnest($2::text[]) n
        on conflict (name) do update set holder = excluded.holder, taken_at = excluded.taken_at
        where l.holder is null or l.holder = excluded.holder
            or not exists (select from job_lineage.member m where m.id = l.holder and {IsAlive})
        returning name
        """;

    /// <summary>Members that have been dead for a while, and what they held.</summary>
    private const string Tidy = """
        delete from job_lineage.member where until < clock_timestamp() - interval '1 minute' and id <> $1
        """;

    private readonly NpgsqlConnection connection;
    private readonly string name;
    private int beats;

    private LeaseMember(NpgsqlConnection connection, string name) => (this.connection, this.name) = (connection, name);

    /// <summary>The member's number.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    private static string Seconds => string.Create(CultureInfo.InvariantCulture, $"{Lasts.TotalSeconds} seconds");

    /// <summary>Opens a member's session; it joins with its first <see cref="RenewAsync"/>.</summary>
    /// <param name="store">Where the leases are.</param>
    /// <param name="name">What it is, for people: which verb, on which machine.</param>
    /// <param name="cancellation">Stops connecting.</param>
    public static async Task<LeaseMember> OpenAsync(NpgsqlDataSource store, string name, CancellationToken cancellation) =>
        new(await store.OpenConnectionAsync(cancellation), name);

    /// <summary>The name of a program on this machine.</summary>
    /// <param name="verb">What it does.</param>
    public static string NameOf(string verb) => string.Create(CultureInfo.InvariantCulture, $"{verb} on {Environment.MachineName}, process {Environment.ProcessId}");

    /// <summary>Says that this member is alive, and reads who else is and who holds what.</summary>
    /// <param name="wants">The leases that it would hold if nobody else did; empty for one that only takes what it needs.</param>
    /// <param name="watches">The leases whose holders shall hurry: somebody looks at what they work on.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<LeaseView> RenewAsync(IReadOnlyCollection<string> wants, IReadOnlyCollection<string> watches, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = TimeoutSeconds };
        var join = new NpgsqlBatchCommand(Join).With(Id, name, Parameters.Texts(wants), Parameters.Texts(watches));
        batch.BatchCommands.Add(join);
        if (beats++ % 60 == 0)
        {
            var tidy = new NpgsqlBatchCommand(Tidy).With(Id);
            batch.BatchCommands.Add(tidy);
        }

        var members = new NpgsqlBatchCommand(ReadMembers).With(Id);
        batch.BatchCommands.Add(members);
        batch.BatchCommands.Add(new(ReadLeases));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        var alive = new List<LeaseParty>();
        while (await reader.ReadAsync(cancellation))
            alive.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetFieldValue<string[]>(3)));
        await reader.NextResultAsync(cancellation);
        var holders = new Dictionary<string, Guid>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            holders[reader.GetString(0)] = reader.GetGuid(1);
        return new(Id, alive, holders);
    }

    /// <summary>
    /// Asks something else on the member's own session: a connection of the pool may have to be waited for until the member is taken
    /// for dead.
    /// </summary>
    public Task AskAsync(Func<NpgsqlConnection, CancellationToken, Task> ask, CancellationToken cancellation) => ask(connection, cancellation);

    /// <summary>Takes leases that nobody alive holds; this member must have renewed just now.</summary>
    /// <returns>Those that it holds now.</returns>
    public async Task<IReadOnlyList<string>> TakeAsync(IReadOnlyCollection<string> leases, CancellationToken cancellation)
    {
        // In one order, or two members that take the same ones would wait for each other.
        await using var command = Command(Take, [.. leases.Order(StringComparer.Ordinal)]);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var taken = new List<string>();
        while (await reader.ReadAsync(cancellation))
            taken.Add(reader.GetString(0));
        return taken;
    }

    /// <summary>Gives leases back: another may take them at once.</summary>
    public async Task ReleaseAsync(IReadOnlyCollection<string> leases, CancellationToken cancellation)
    {
        if (leases.Count == 0)
            return;
        await using var command = Command("update job_lineage.lease set holder = null where holder = $1 and name = any($2)", leases);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Gives back all that it holds and leaves. A session that is lost has left already.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await using var leave = new NpgsqlCommand(
                    "with freed as (update job_lineage.lease set holder = null where holder = $1) delete from job_lineage.member where id = $1", connection)
                {
                    CommandTimeout = TimeoutSeconds,
                }.With(Id);
                await leave.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (DatabaseFailure.Is(e))
        {
            // Whoever looks sees that the session is gone, or that the row is not renewed.
        }

        await connection.DisposeAsync();
    }

    private NpgsqlCommand Command(string sql, IReadOnlyCollection<string> leases) =>
        new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds }.With(Id, Parameters.Texts(leases));
}

/// <summary>A member that is alive.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">What it is, for people.</param>
/// <param name="Wants">The leases that it would hold if nobody else did.</param>
/// <param name="Watches">The leases whose holders shall hurry.</param>
public sealed record LeaseParty(Guid Id, string Name, IReadOnlyList<string> Wants, IReadOnlyList<string> Watches);

/// <summary>Who is alive and who holds what, as of one moment.</summary>
/// <param name="Me">The member that looked.</param>
/// <param name="Alive">All that are alive, itself included, by their numbers.</param>
/// <param name="Holders">By lease; a holder that is not among the living is dead.</param>
public sealed record LeaseView(Guid Me, IReadOnlyList<LeaseParty> Alive, IReadOnlyDictionary<string, Guid> Holders);
