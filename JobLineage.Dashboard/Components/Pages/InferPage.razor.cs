using JobLineage.Core.Lineage;
using JobLineage.Core.Lineage.Inference;
using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Pages;

/// <summary>
/// What may be below a job that carries no parent links. It is read from the source when somebody looks, never by itself
/// again, and the reading ends when they leave.
/// </summary>
public sealed partial class InferPage : ComponentBase, IDisposable
{
    private static readonly string[] Windows = ["30m", "2h", "12h", "1d", "7d"];

    private (string, string, string?, TimeSpan)? _asked;
    private CancellationTokenSource? _reading;
    private InferenceAnswer? _answer;

    /// <summary>The source's name.</summary>
    [Parameter]
    public string Source { get; set; } = "";

    /// <summary>The id of the job.</summary>
    [Parameter]
#pragma warning disable BL0007 // Not an auto property: what a path does not keep as it is stands behind it.
    public string Id { get => string.IsNullOrEmpty(field) ? QueryId ?? "" : field; set; } = "";
#pragma warning restore BL0007

    /// <summary>The id of the job, where it does not fit into a path.</summary>
    [SupplyParameterFromQuery(Name = "id")]
    public string? QueryId { get; set; }

    /// <summary>The key that holds the run together; the one that fits best without.</summary>
    [SupplyParameterFromQuery(Name = "by")]
    public string? By { get; set; }

    /// <summary>How long after the job a descendant may have been inserted.</summary>
    [SupplyParameterFromQuery(Name = "window")]
    public string? WindowParameter { get; set; }

    /// <summary>The path of the stage whose jobs are listed.</summary>
    [SupplyParameterFromQuery(Name = "stage")]
    public string? Stage { get; set; }

    [Inject]
    private IUntrackedLineage Untracked { get; set; } = null!;

    // What an address can't mean is left out of it.
    private TimeSpan Window => WindowText.Parse(WindowParameter) ?? WindowText.Usual;

    private string WindowName => WindowText.Of(Window);

    /// <summary>Ends the reading.</summary>
    public void Dispose()
    {
        _reading?.Cancel();
        _reading?.Dispose();
        _reading = null;
    }

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        var asked = (Source, Id, By, Window);
        // Not while the page is rendered for its first HTML: that would read everything twice.
        if (!RendererInfo.IsInteractive || _asked == asked)
            return;
        _asked = asked;
        Start();
    }

    private void Start()
    {
        Dispose();
        _answer = null;
        _reading = new();
        _ = ReadAsync(Source, Id, By, Window, _reading.Token);
    }

    private async Task ReadAsync(string source, string id, string? by, TimeSpan window, CancellationToken token)
    {
        try
        {
            var answer = await Untracked.InferAsync(source, id, string.IsNullOrEmpty(by) || by.Contains('\0') ? null : by, window, token);
            await InvokeAsync(() =>
            {
                if (token.IsCancellationRequested)
                    return;
                _answer = answer;
                StateHasChanged();
            });
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private string StageHref(string path) => Urls.Infer(Source, Id, By, WindowName, path == Stage ? null : path);
}
