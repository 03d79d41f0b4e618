namespace JobLineage.Core.Feed.Trigger;

/// <summary>What was found on a table.</summary>
public enum TriggerPresence
{
    /// <summary>Nothing of ours.</summary>
    None,

    /// <summary>Triggers of this version, whole and enabled, whose log this user may read.</summary>
    Ready,

    /// <summary>Triggers that another version of the program installed.</summary>
    OtherVersion,

    /// <summary>Triggers of this version that were installed for another mapping: they keep other columns, or stand on other tables.</summary>
    OtherMapping,

    /// <summary>Some of the triggers are missing or disabled, or the log is.</summary>
    Incomplete,

    /// <summary>The triggers are there, and this user may not read their log.</summary>
    NoPrivilege,
}

/// <summary>An installation as the catalog knows it.</summary>
/// <param name="Presence">What was found.</param>
/// <param name="Names">Its names; null when there is nothing.</param>
/// <param name="Version">Its version; null when there is nothing, or the function does not say.</param>
/// <param name="Logged">Bytes of the log.</param>
/// <param name="Stamp">
/// Another one after the trigger was removed or disabled, and put back or enabled, or the log was truncated or rewritten:
/// then something may be missing in the log although all looks well. Null when there is nothing.
/// </param>
public sealed record TriggerState(TriggerPresence Presence, TriggerNames? Names, int? Version, long Logged, string? Stamp = null)
{
    /// <summary>Nothing of ours.</summary>
    public static TriggerState None { get; } = new(TriggerPresence.None, null, null, 0);

    /// <summary>A sentence on what is wrong and what to do; null when nothing is.</summary>
    /// <param name="source">The source's name.</param>
    public string? Problem(string source) => Presence switch
    {
        TriggerPresence.Ready => null,
        TriggerPresence.None => $"Source '{source}' has no trigger: run `joblineage install --source {source}`.",
        TriggerPresence.OtherVersion =>
            $"The trigger of source '{source}' is of version {Version?.ToString() ?? "?"}, and this program's is {TriggerSql.Version}: run `joblineage install --source {source}` once more.",
        TriggerPresence.OtherMapping =>
            $"The trigger of source '{source}' was installed for another mapping, which kept other columns or named other tables: run `joblineage install --source {source}` once more.",
        TriggerPresence.Incomplete => $"The trigger of source '{source}' is not whole or not enabled: run `joblineage install --source {source}` once more.",
        _ => $"The user of source '{source}' may not read the trigger's log: run `joblineage install --source {source} --reader ROLE` as the one who installed it.",
    };
}
