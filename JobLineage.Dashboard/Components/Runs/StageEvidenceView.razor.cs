using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Runs;

/// <summary>What the jobs of a stage tell: how long they take, at what pace, what sets the failed apart, and some of them.</summary>
public sealed partial class StageEvidenceView
{
    private const int More = 50;

    private readonly LiveWatch<StageEvidence> _evidence;
    private bool _isReading;

    /// <summary>Creates the view.</summary>
    public StageEvidenceView() => _evidence = Watch<StageEvidence>();

    /// <summary>The stage.</summary>
    [Parameter, EditorRequired]
    public Stage Stage { get; set; } = null!;

    /// <inheritdoc />
    protected override IEnumerable<string> InSight => Shown.Jobs.Select(job => job.Id);

    /// <inheritdoc />
    protected override Task WatchAsync()
    {
        var (source, root, path) = (Run.Source, Run.RootId, Stage.Path);
        return SetAsync(_evidence, Run, ("stage", path), (views, token) => views.FindStageAsync(source, root, path, token));
    }

    /// <inheritdoc />
    protected override void OnUpdated()
    {
        if (_evidence.Value is { } seen)
            Take(seen, new() { Source = Run.Source, RootId = Run.RootId, Filter = new() { Stage = seen.Stage }, Size = More }, seen.Jobs);
    }

    // The overview has some of all.
    private bool Has(string part) => Address.Part is null || Address.Part == part;

    private async Task MoreAsync()
    {
        if (_isReading)
            return;
        _isReading = true;
        try
        {
            await ReadOnAsync(CancellationToken.None);
        }
        finally
        {
            _isReading = false;
        }
    }

    private static string Sample(ArgsContrastResult contrast) =>
        $"the newest {Format.Count(contrast.Failed)} failed and {Format.Count(contrast.Succeeded)} succeeded jobs";
}
