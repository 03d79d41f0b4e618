using JobLineage.Core.Model;
using JobLineage.Dashboard.Components.Shared;
using Microsoft.AspNetCore.Components.Web;

namespace JobLineage.Dashboard.Components.Layout;

/// <summary>The bar on top of all pages, and what catches their failures.</summary>
public sealed partial class MainLayout
{
    private ErrorBoundary? _boundary;
    private string? _id;
    private bool _live;
    private bool _isOpen;
    private bool _keys;
    private bool _search;

    private string Here => Nav.ToBaseRelativePath(Nav.Uri) is { Length: > 0 } path ? path.Split('#')[0] : "./";

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        _boundary?.Recover();
        // Whoever goes to another page with the keyboard leaves these behind too.
        (_isOpen, _keys, _search) = (false, false, false);
    }

    /// <inheritdoc />
    protected override void OnAfterRender(bool firstRender)
    {
        // Said one rendering later: by then the router has told the browser that links are followed over the circuit.
        if (firstRender)
        {
            _live = true;
            StateHasChanged();
        }
    }

    private void Find()
    {
        if (_id?.Trim() is { Length: > 0 } id)
            Nav.NavigateTo(Urls.Lookup(TextLimit.Cut(id, 1_000).ToString()));
    }
}
