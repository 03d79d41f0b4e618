using JobLineage.Core.Configuration;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Hosting;

/// <summary>What <c>ConnectionStrings</c> says.</summary>
[Section("ConnectionStrings")]
internal sealed record StoreSection
{
    /// <summary>Leads to the store; null: an embedded private Postgres.</summary>
    [ConnectionString]
    public string? Store { get; init; }
}
