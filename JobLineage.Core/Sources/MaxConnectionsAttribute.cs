using JobLineage.Core.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>How many connections to one database are used at most: one listens, one reads at length, one looks.</summary>
internal sealed class MaxConnectionsAttribute : SettingAttribute
{
    public MaxConnectionsAttribute()
        : base($"; write a number of connections from {DatabasePools.LeastLimit} (one listens, one reads at length, one looks) to 1000") => (Least, Most) = ($"{DatabasePools.LeastLimit}", "1000");
}
