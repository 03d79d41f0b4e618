using JobLineage.Core.Diagnosis;

namespace JobLineage.Core.Store;

/// <summary>The numbers of the fingerprints of errors.</summary>
internal sealed class Fingerprints() : StoredNumbers(
    $"""
    with added as (
        insert into job_lineage.fingerprint (version, text) select {Fingerprint.Version}, t from unnest($1) t
        on conflict (version, text) do nothing
        returning id, text)
    select id, text from added
    union all
    select f.id, f.text from job_lineage.fingerprint f where f.version = {Fingerprint.Version} and f.text = any($1)
    """);
