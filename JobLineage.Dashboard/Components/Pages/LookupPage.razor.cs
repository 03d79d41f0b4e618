using System.Data.Common;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Components.Shared;
using JobLineage.Dashboard.Live;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>
/// Any job id, however it was copied: leads to its run, focused on it, or lets the viewer choose when several sources have it.
/// </summary>
public sealed partial class LookupPage : IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private IReadOnlyList<string>? _sources;
    private string? _looked;
    private string? _error;
    private string? _found;
    private IReadOnlyList<SourceStatus> _places = [];

    /// <summary>The id in the path.</summary>
    [Parameter]
    public string? JobId { get; set; }

    /// <summary>The id as the search box sends it without a circuit.</summary>
    [SupplyParameterFromQuery(Name = "id")]
    public string? QueryId { get; set; }

    [Inject]
    private IRunReader Reader { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [CascadingParameter]
    private HttpContext? Http { get; set; }

    private string Pasted => (string.IsNullOrEmpty(JobId) ? QueryId : JobId)?.Trim() ?? "";

    private string Id => _found ?? Pasted;

    // What is looked for when nothing has it as its id: without what it was copied with.
    private string Plain => PastedId.Candidates(Pasted) is [.., var last] ? last : Pasted;

    /// <inheritdoc />
    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (Pasted.Length == 0 || Pasted == _looked)
            return;

        var looked = _looked = Pasted;
        (_sources, _error, _found, _places) = (null, null, null, []);
        try
        {
            IReadOnlyList<string> sources = [];
            foreach (var candidate in PastedId.Candidates(looked))
            {
                sources = await Reader.FindSourcesOfAsync(candidate, _leaving.Token);
                if (_looked != looked)
                    return;
                if (sources.Count == 0)
                    continue;
                _found = candidate;
                break;
            }

            _places = sources.Count == 0 ? await Reader.SourcesAsync(_leaving.Token) : [];
            if (_looked != looked)
                return;
            _sources = sources;
            if (sources.Count == 1)
                await OpenAsync(sources[0]);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            _error = "The store's database does not answer.";
            Http.Answer(StatusCodes.Status503ServiceUnavailable);
            return;
        }

        if (_sources.Count == 0)
            Http.Answer(StatusCodes.Status404NotFound);
    }

    private async Task OpenAsync(string source)
    {
        var run = await Reader.FindRunAsync(source, Id, _leaving.Token);
        Nav.NavigateTo(Urls.Run(source, run?.RootId ?? Id, job: Id), replace: true);
    }

    // The run's page turns the id into its root's, and keeps the focus on the job.
    private string Target(string source) => Urls.Run(source, Id, job: Id);
}
