using System.Globalization;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Sources;

/// <summary>Reads when something is called wrong: <c>JobLineage:Stuck</c>, <c>JobLineage:Diagnosis</c> and a source's <c>Stuck</c>.</summary>
/// <param name="errors">Gets a sentence for each thing that is wrong.</param>
[ReadsConfiguration("JobLineage:Stuck:**", "JobLineage:Stuck:After", "JobLineage:Stuck:ExecutingAfter", "JobLineage:Diagnosis:**", "JobLineage:Diagnosis:PastRuns", "JobLineage:Diagnosis:ChildlessShare")]
internal sealed class DiagnosisSectionReader(List<string> errors)
{
    private static readonly string[] LimitKeys = ["After", "ExecutingAfter"];

    /// <summary>The limits that hold everywhere.</summary>
    public DiagnosisOptions Read(IConfiguration configuration)
    {
        var defaults = new DiagnosisOptions();
        var stuck = ReadLimits(configuration.GetSection("JobLineage:Stuck"));
        var (runs, share) = (defaults.PastRuns, defaults.ChildlessShare);
        foreach (var setting in configuration.GetSection("JobLineage:Diagnosis").GetChildren())
        {
            switch (setting.Key.ToLowerInvariant())
            {
                case "pastruns":
                    if (!int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out runs) || runs is < 1 or > 20)
                        errors.Add($"{setting.Path} is '{setting.Value}'; give a whole number from 1 to 20, the past runs that are looked at.");
                    break;
                case "childlessshare":
                    if (!double.TryParse(setting.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share) || share is <= 0 or > 1)
                        errors.Add($"{setting.Path} is '{setting.Value}'; give a share above 0 and up to 1, such as 0.8.");
                    break;
                default:
                    errors.Add(DidYouMean.Sentence(setting.Path, setting.Key, ["PastRuns", "ChildlessShare"]));
                    break;
            }
        }

        return defaults with
        {
            StuckAfter = stuck.After ?? DiagnosisOptions.DefaultStuckAfter,
            ExecutingAfter = stuck.ExecutingAfter,
            Workers = stuck.Workers,
            PastRuns = runs,
            ChildlessShare = share,
        };
    }

    /// <summary>A section of limits, those of workers among them.</summary>
    public StuckLimits ReadLimits(IConfigurationSection section)
    {
        var limits = new StuckLimits();
        var workers = new Dictionary<string, StuckLimits>();
        if (section.Value is not null)
            errors.Add($"{section.Path} has a value; set {section.Path}:After instead.");
        foreach (var child in section.GetChildren())
        {
            if (!child.Key.Equals("Workers", StringComparison.OrdinalIgnoreCase))
            {
                limits = ReadLimit(limits, child, [.. LimitKeys, "Workers"]);
                continue;
            }

            // A worker's name may hold colons, which part keys: all but the last part is the name.
            foreach (var (path, setting) in ConfigurationLeaves.Of(child))
            {
                var last = path.LastIndexOf(':');
                if (last < 0)
                    errors.Add($"{setting.Path} has a value; set {setting.Path}:After instead.");
                else
                    workers[path[..last]] = ReadLimit(workers.GetValueOrDefault(path[..last]) ?? new(), setting, LimitKeys);
            }
        }

        return limits with { Workers = workers };
    }

    private StuckLimits ReadLimit(StuckLimits limits, IConfigurationSection setting, string[] known)
    {
        if (setting.Key.Equals("After", StringComparison.OrdinalIgnoreCase))
            return limits with { After = ReadDuration(setting) };
        if (setting.Key.Equals("ExecutingAfter", StringComparison.OrdinalIgnoreCase))
            return limits with { ExecutingAfter = ReadDuration(setting) };
        errors.Add(DidYouMean.Sentence(setting.Path, setting.Key, known));
        return limits;
    }

    private TimeSpan? ReadDuration(IConfigurationSection setting)
    {
        // A plain number would be read as days, which nobody means.
        if (setting.Value is { } text && text.Contains(':')
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration) && duration > TimeSpan.Zero)
        {
            return duration;
        }

        errors.Add($"{setting.Path} is '{setting.Value}', which is not a duration; write it as 00:05:00.");
        return null;
    }
}
