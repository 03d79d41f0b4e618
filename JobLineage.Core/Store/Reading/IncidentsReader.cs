using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Reads what is wrong across the runs that go on: each is looked at as for the list, and those in which something is wrong once more with the details that tell cause from effect.
/// </summary>
/// <param name="connection">In the caller's snapshot.</param>
/// <param name="light">Looks at all.</param>
/// <param name="deep">Looks at those in which something is wrong.</param>
/// <param name="now">The moment of the reading.</param>
internal sealed class IncidentsReader(NpgsqlConnection connection, RunExaminer light, RunExaminer deep, DateTimeOffset now)
{
    /// <summary>Runs that are looked at.</summary>
    private const int Examined = 1000;

    /// <summary>Runs whose findings are told apart by their causes; of others only their numbers are in the counts.</summary>
    private const int Detailed = 60;

    public async Task<IncidentsView> ReadAsync(IncidentsQuery query, CancellationToken cancellation)
    {
        var runs = new RunsQuery { Source = query.Source, Worker = query.Worker, State = RunState.Running };
        var all = await RunHeads.ReadAsync(connection, false, cancellation);
        var heads = all.Of(runs);
        if (heads.Pipelines.Count == 0)
            return new(now, []);
        var places = await new RunPlaces(connection, runs, heads.Pipelines, now).ReadAsync(null, Examined + 1, null, cancellation);
        var isAtLeast = places.Count > Examined;
        if (isAtLeast)
            places.RemoveAt(places.Count - 1);
        var seen = await light.ExamineAsync(connection, places, heads, now, cancellation);
        var worst = places.Where(place => seen.TryGetValue(place.Id, out var run) && run.Findings.Any(f => f.Kind != FindingKind.Waiting))
            .OrderByDescending(place => seen[place.Id].Findings.Where(f => f is { Kind: not FindingKind.Waiting, Cause: null }).Sum(f => f.Affected))
            .ThenByDescending(place => place.Id)
            .Take(Detailed).ToList();
        var detailed = await deep.ExamineAsync(connection, worst, heads, now, cancellation);
        return new(now, Incidents.Of(detailed.Values.Select(run => new FoundRun(run.Run.Source, run.Run.RootId, run.Run.Worker, run.Findings))))
        {
            Running = seen.Values.Count(run => run.Is(RunState.Running)),
            Stuck = seen.Values.Count(run => run.Is(RunState.Stuck)),
            Failing = seen.Values.Count(run => run.Is(RunState.Failing)),
            IsAtLeast = isAtLeast,
        };
    }
}
