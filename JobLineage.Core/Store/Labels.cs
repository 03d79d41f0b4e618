namespace JobLineage.Core.Store;

/// <summary>The numbers of workers, queues and steps.</summary>
internal sealed class Labels() : StoredNumbers(
    """
    with added as (
        insert into job_lineage.label (text) select t from unnest($1) t
        on conflict (text) do nothing
        returning id, text)
    select id, text from added
    union all
    select l.id, l.text from job_lineage.label l where l.text = any($1)
    """);
