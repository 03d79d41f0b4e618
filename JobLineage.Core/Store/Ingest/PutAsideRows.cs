using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Ingest;

/// <summary>What a batch says of rows that can't be read: the new ones are named, and those that can be read again are no longer.</summary>
internal static class PutAsideRows
{
    /// <summary>Adds the statements; none when there is nothing to say.</summary>
    /// <param name="batch">The batch of statements.</param>
    /// <param name="sourceId">The source's number.</param>
    /// <param name="looked">The keys of all rows that were looked at.</param>
    /// <param name="bad">What is wrong with some of them.</param>
    /// <param name="hasSome">Whether the store has any of this source.</param>
    public static void Add(NpgsqlBatch batch, short sourceId, IReadOnlyCollection<string> looked, IReadOnlyList<BadRow> bad, bool hasSome)
    {
        if (hasSome && looked.Count > 0)
        {
            batch.Add(
                """
                delete from job_lineage.put_aside p using unnest($2) d (id)
                where p.source_id = $1 and p.job_id = d.id and (p.job_id, p.member) not in (select * from unnest($3, $4))
                """,
                sourceId, Parameters.Texts(looked), Parameters.Texts(bad.Select(b => JobKeys.Of(b.Id))), Parameters.Texts(bad.Select(b => b.Member)));
        }

        if (bad.Count == 0)
            return;
        bad = [.. bad.DistinctBy(b => (b.Id, b.Member))];
        SqlValue[] rows =
        [
            sourceId, Parameters.Texts(bad.Select(b => JobKeys.Of(b.Id))), Parameters.Texts(bad.Select(b => b.Member)), Parameters.Texts(bad.Select(b => b.Id)),
            Parameters.Bools(bad.Select(b => b.IsKept)),
            Parameters.Texts(bad.Select(b => b.SqlState)), Parameters.Texts(bad.Select(b => b.Sentence.Replace('\0', '\uFFFD'))),
            Parameters.Texts(bad.Select(b => JobKeys.Of(b.ParentId)?.Replace('\0', '\uFFFD'))), Parameters.Texts(bad.Select(b => ShortText.Of(b.RunKey)?.Replace('\0', '\uFFFD'))),
        ];
        // Whoever looks at a run is to see that one of its rows is put aside; of what is said already there is no news.
        batch.Add(
            $"""
            update job_lineage.run r set version = nextval('job_lineage.version')
            from (
                select distinct {RunOf} as id from (select $1::smallint as source_id, d.* from {Given}) p
                where not exists (
                    select from job_lineage.put_aside a
                    where a.source_id = p.source_id and a.job_id = p.job_id and a.member = p.member and a.kept = p.kept and a.sentence = p.sentence)) touched
            where r.source_id = $1 and r.id = touched.id
            returning r.root_id
            """, rows);
        batch.Add(
            $"""
            insert into job_lineage.put_aside as p (source_id, job_id, member, native_id, kept, sqlstate, sentence, parent_id, run_key)
            select $1, d.* from {Given}
            on conflict (source_id, job_id, member) do update
            set kept = excluded.kept, sqlstate = excluded.sqlstate, sentence = excluded.sentence, parent_id = excluded.parent_id, run_key = excluded.run_key,
                last_seen = now()
            """, rows);
    }

    private const string Given = "unnest($2, $3, $4, $5, $6, $7, $8, $9) d (job_id, member, native_id, kept, sqlstate, sentence, parent_id, run_key)";

    /// <summary>The run that a row <c>p</c> that is put aside belongs to; null when it is not known.</summary>
    public const string RunOf =
        """
        coalesce(
            (select own.run_id from job_lineage.job own where own.source_id = p.source_id and own.id = p.job_id),
            (select parent.run_id from job_lineage.job parent where parent.source_id = p.source_id and parent.id = p.parent_id),
            (select keyed.id from job_lineage.run keyed where keyed.source_id = p.source_id and keyed.run_key = p.run_key))
        """;
}
