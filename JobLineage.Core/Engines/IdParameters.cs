using JobLineage.Core.Model;

namespace JobLineage.Core.Engines;

/// <summary>Parameters that hold ids in the column's own type, so that its index serves.</summary>
internal static class IdParameters
{
    /// <summary>Several ids; those that can't be ids of this kind are left out.</summary>
    public static SqlValue Array(JobIdKind kind, IEnumerable<string> ids) => kind switch
    {
        JobIdKind.BigInt => Parameters.Longs(Possible(kind, ids).Select(long.Parse)),
        JobIdKind.Uuid => Parameters.Guids(Possible(kind, ids).Select(Guid.Parse)),
        _ => Parameters.Texts(ids),
    };

    /// <summary>One id.</summary>
    public static SqlValue Value(JobIdKind kind, string id) => kind switch
    {
        JobIdKind.BigInt => long.Parse(id),
        JobIdKind.Uuid => Guid.Parse(id),
        _ => id,
    };

    /// <summary>An id that is as good as any: for statements that are planned and not run.</summary>
    public static string Any(JobIdKind kind) => kind == JobIdKind.Uuid ? "00000000-0000-0000-0000-000000000000" : "1";

    private static IEnumerable<string> Possible(JobIdKind kind, IEnumerable<string> ids) => ids.Select(id => JobIds.Normalize(kind, id)).OfType<string>();
}
