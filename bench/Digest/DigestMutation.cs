using JobLineage.Core.Alerts;
using Npgsql;

namespace JobLineage.Bench.Digest;

/// <summary>A guarantee that is taken out, so that trials can show that they notice.</summary>
/// <param name="Name">What is taken out.</param>
/// <param name="From">A part of what claims; null: the claim stays as it is.</param>
/// <param name="To">What stands there instead.</param>
/// <param name="Sql">What is done to the store.</param>
public sealed record DigestMutation(string Name, string? From = null, string To = "", string? Sql = null)
{
    /// <summary>All there are.</summary>
    public static IReadOnlyList<DigestMutation> All { get; } =
    [
        new("skip-locked", " skip locked"),
        new("for-update", "for update skip locked"),
        // A claim gets no number of its own any more.
        new("token", "token = d.token + 1", "token = d.token"),
        // Each row differs from all others by its last column: the key is there, and keeps nothing out.
        new("unique", Sql: """
            create sequence job_lineage.mutation;
            create function job_lineage.mutate() returns trigger language plpgsql as $$ begin new.nth := nextval('job_lineage.mutation'); return new; end $$;
            create trigger mutation before insert on job_lineage.failure for each row execute function job_lineage.mutate();
            """),
    ];

    /// <summary>What claims, without the guarantee.</summary>
    /// <exception cref="InvalidOperationException">What is to be taken out is not there.</exception>
    public string Claim
    {
        get
        {
            if (From is null)
                return Outbox.ClaimSql;
            var claim = Outbox.ClaimSql.Replace(From, To, StringComparison.Ordinal);
            return claim != Outbox.ClaimSql ? claim : throw new InvalidOperationException($"A claim does not hold '{From}': {Name} can't be taken out.");
        }
    }

    /// <summary>Does to a store what is to be done.</summary>
    internal async Task ApplyAsync(NpgsqlDataSource store)
    {
        if (Sql is null)
            return;
        await using var command = store.CreateCommand(Sql);
        await command.ExecuteNonQueryAsync();
    }
}
