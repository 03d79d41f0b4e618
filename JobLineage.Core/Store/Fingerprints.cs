using System.Globalization;
using JobLineage.Core.Diagnosis;

namespace JobLineage.Core.Store;

/// <summary>The numbers of the fingerprints of errors.</summary>
internal sealed class Fingerprints() : StoredNumbers(
    "job_lineage.fingerprint",
    string.Create(CultureInfo.InvariantCulture, $"(version, text) select {Fingerprint.Version}, t from unnest($1) t on conflict (version, text)"),
    string.Create(CultureInfo.InvariantCulture, $"n.version = {Fingerprint.Version} and n.text = any($1)"));
