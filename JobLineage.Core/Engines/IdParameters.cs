using JobLineage.Core.Model;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Engines;

/// <summary>Parameters that hold ids in the column's own type, so that its index serves.</summary>
internal static class IdParameters
{
    /// <summary>Several ids; those that can't be ids of this kind are left out.</summary>
    public static NpgsqlParameter Array(JobIdKind kind, IEnumerable<string> ids) => kind switch
    {
        JobIdKind.BigInt => new NpgsqlParameter<long[]>
        {
            TypedValue = [.. ids.Select(i => JobIds.Normalize(JobIdKind.BigInt, i)).OfType<string>().Select(long.Parse)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        },
        JobIdKind.Uuid => new NpgsqlParameter<Guid[]>
        {
            TypedValue = [.. ids.Select(i => JobIds.Normalize(JobIdKind.Uuid, i)).OfType<string>().Select(Guid.Parse)],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid,
        },
        _ => new NpgsqlParameter<string[]> { TypedValue = [.. ids], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
    };

    /// <summary>One id.</summary>
    public static NpgsqlParameter Value(JobIdKind kind, string id) => kind switch
    {
        JobIdKind.BigInt => new NpgsqlParameter<long> { TypedValue = long.Parse(id) },
        JobIdKind.Uuid => new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(id) },
        _ => new NpgsqlParameter<string> { TypedValue = id },
    };

    /// <summary>An id that is as good as any: for statements that are planned and not run.</summary>
    public static string Any(JobIdKind kind) => kind == JobIdKind.Uuid ? "00000000-0000-0000-0000-000000000000" : "1";
}
