using JobLineage.Dashboard.Components.Runs;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Jobs;

/// <summary>
/// Jobs as a table. The first page is in the first HTML; what follows is read as it is scrolled to.
/// </summary>
public sealed partial class JobsTable
{
    // As many as a page that is read at once.
    private const int Step = 100;

    private bool _isGrowing;

    /// <summary>The jobs.</summary>
    [Parameter, EditorRequired]
    public ShownJobs Shown { get; set; } = null!;

    /// <summary>The address of the view.</summary>
    [Parameter, EditorRequired]
    public RunAddress Address { get; set; } = null!;

    /// <summary>Whether more may be read by scrolling on.</summary>
    [Parameter]
    public bool CanGrow { get; set; }

    /// <summary>Reads jobs until there are so many.</summary>
    [Parameter, EditorRequired]
    public Func<int, CancellationToken, Task> Grow { get; set; } = null!;

    /// <summary>The ids of the jobs behind the first page.</summary>
    public IReadOnlyList<string> Behind => [.. Shown.Jobs.Skip(Shown.FirstPage).Select(job => job.Id)];

    // js/app.js presses the button when it is scrolled to.
    private async Task GrowAsync()
    {
        _isGrowing = true;
        try
        {
            await Grow(Shown.Jobs.Count + Step, CancellationToken.None);
        }
        finally
        {
            _isGrowing = false;
        }
    }
}
