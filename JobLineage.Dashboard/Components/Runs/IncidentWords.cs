using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>What is said of an incident, and where it leads. Pure.</summary>
public static class IncidentWords
{
    /// <summary><c>4 min · 64 waiting · 1,111 failures since · 2 runs</c>.</summary>
    public static string Facts(Incident incident, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(incident);
        var failed = Format.Count(incident.Failed, "failure") + (incident is { Kind: FindingKind.Stuck, Since: not null } ? " since" : "");
        return string.Join(" · ", new[]
        {
            incident.Since is { } since && since < now ? Format.Words(now - since) : null,
            incident.Waiting > 0 ? $"{Format.Count(incident.Waiting)} {(incident.Key.StartsWith("queue:", StringComparison.Ordinal) ? "waiting" : "stuck")}" : null,
            incident.Failed > 0 ? failed : null,
            incident.Missing > 0 ? $"{Format.Count(incident.Missing)} {(incident.Kind == FindingKind.Childless ? "without children" : "missing")}" : null,
            Format.Count(incident.Runs.Count, "run"),
        }.OfType<string>());
    }

    /// <summary>The queue's page where it is about one, or the run that suffers most.</summary>
    public static string Href(Incident incident)
    {
        ArgumentNullException.ThrowIfNull(incident);
        var prefix = $"queue:{incident.Source}:";
        return incident.Key.StartsWith(prefix, StringComparison.Ordinal)
            ? Urls.Queue(incident.Source, incident.Key[prefix.Length..])
            : Urls.Run(incident.Source, incident.Runs[0].RootId, stage: incident.Runs[0].Stage);
    }
}
