using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;

namespace JobLineage.Dashboard.Components.Jobs;

/// <summary>
/// Jobs as a table. The first page is in the first HTML; what follows is read as it is scrolled to, and only what is in
/// sight is in the document.
/// </summary>
public sealed partial class JobsTable
{
    private Virtualize<JobLine>? _rest;

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

    /// <summary>The ids of the jobs behind the first page that are in sight.</summary>
    public IReadOnlyList<string> InSight { get; private set; } = [];

    /// <summary>Draws the jobs behind the first page anew.</summary>
    public async Task RefreshAsync()
    {
        if (_rest is not null)
            await _rest.RefreshDataAsync();
    }

    private async ValueTask<ItemsProviderResult<JobLine>> ProvideAsync(ItemsProviderRequest request)
    {
        var first = Shown.FirstPage;
        await Grow(first + request.StartIndex + request.Count, request.CancellationToken);
        var items = Shown.Jobs.Skip(first + request.StartIndex).Take(request.Count).ToList();
        InSight = [.. items.Select(job => job.Id)];
        // How long the list is nobody has counted: it grows as it is read.
        var known = Shown.Jobs.Count - first;
        return new(items, Shown.Next is not null && CanGrow ? Math.Max(known, request.StartIndex + items.Count) + 20 : known);
    }
}
