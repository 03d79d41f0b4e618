namespace JobLineage.Core.Store;

/// <summary>The numbers of workers, queues and steps.</summary>
internal sealed class Labels() : StoredNumbers("job_lineage.label", "(text) select t from unnest($1) t on conflict (text)", "n.text = any($1)");
