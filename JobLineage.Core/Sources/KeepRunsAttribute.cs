using JobLineage.Core.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>
/// How long runs are kept: a duration, or <c>forever</c>. A run is old only when it is known that its queue has pruned it, which may take a
/// reconciliation: hence an hour at least.
/// </summary>
internal sealed class KeepRunsAttribute : SettingAttribute
{
    public KeepRunsAttribute()
        : base("; write a duration of at least an hour, such as 14.00:00:00 (14 days), or forever") => (Least, Most) = ("01:00:00", "36500.00:00:00");

    /// <summary>By what it says runs are deleted: nobody shall get a default who left it blank for something else.</summary>
    public override string? Given(string? raw) => raw?.Trim();

    public override object? Read(string text, Type type, Action<string> wrong) =>
        text.Equals("forever", StringComparison.OrdinalIgnoreCase) ? Nothing : base.Read(text, type, wrong);
}
