using Blazor.Diagrams;
using Blazor.Diagrams.Core.Geometry;
using Blazor.Diagrams.Core.Models;
using Blazor.Diagrams.Core.Models.Base;
using Blazor.Diagrams.Options;
using JobLineage.Core.Graph;

namespace JobLineage.Dashboard.Components.Canvas;

/// <summary>
/// A diagram of the library whose nodes stand where our layout puts them. It has none of the library's behaviours: Delete would
/// remove nodes, and the others send a message for each move of a mouse. What is looked at is moved in the browser.
/// </summary>
public abstract class GraphDiagram : BlazorDiagram
{
    // Nobody changes them: one for all viewers.
    private static readonly BlazorDiagramOptions Ours = new() { Links = { DefaultRouter = new LaidLink.NoRouter() } };

    /// <summary>Makes an empty one.</summary>
    /// <param name="label">What it is called by assistive technology.</param>
    /// <param name="layers">From the lowest.</param>
    protected GraphDiagram(string label, IReadOnlyList<GraphLayer> layers)
        : base(Ours, registerDefaultBehaviors: false) => (Label, Layers) = (label, layers);

    /// <summary>What it is called by assistive technology.</summary>
    public string Label { get; }

    /// <summary>What is drawn together, from the lowest.</summary>
    public IReadOnlyList<GraphLayer> Layers { get; }

    /// <summary>Width of the picture.</summary>
    public double Width { get; private set; }

    /// <summary>Height of the picture.</summary>
    public double Height { get; private set; }

    /// <summary>The size of every node: fixed, so that nobody need measure them and the first HTML has them whole.</summary>
    internal static Size NodeSize { get; } = new(GraphStyle.Default.NodeWidth, GraphStyle.Default.NodeHeight);

    /// <summary>The models of a layer, in the order in which they are drawn.</summary>
    public IReadOnlyList<SelectableModel> In(GraphLayer layer) => [.. OrderedSelectables.Where(model => model.GetType() == layer.Model)];

    /// <summary>Notes what the viewer looks at, which the browser tells once it rests. Draws nothing: the browser has done it.</summary>
    public void See(double left, double top, double zoom)
    {
        if (!double.IsFinite(left) || !double.IsFinite(top) || !double.IsFinite(zoom) || zoom <= 0)
            return;
        SuspendRefresh = true;
        SetZoom(zoom);
        SetPan(-left, -top);
        SuspendRefresh = false;
    }

    /// <summary>Selects a node, or none.</summary>
    protected void Select(NodeModel? node)
    {
        foreach (var other in Nodes)
        {
            if (other.Selected && other != node)
                UnselectModel(other);
        }

        if (node is not null)
            SelectModel(node, unselectOthers: false);
    }

    /// <summary>Changes the models, and draws the whole anew once if any came, went or changed places.</summary>
    /// <param name="layout">What they are placed by.</param>
    /// <param name="change">Changes them and says whether.</param>
    protected void Redraw(GraphLayout layout, Func<bool> change)
    {
        var isNew = (Width, Height) != (layout.Width, layout.Height);
        SuspendRefresh = SuspendSorting = true;
        try
        {
            (Width, Height) = (layout.Width, layout.Height);
            isNew |= change();
        }
        finally
        {
            SuspendRefresh = SuspendSorting = false;
        }

        if (!isNew)
            return;
        RefreshOrders(refresh: false);
        Refresh();
    }

    /// <summary>Takes out what is no longer there. Lines go before the nodes at their ends.</summary>
    protected bool Drop<TKey, TModel>(Dictionary<TKey, TModel> known, IEnumerable<TKey> wanted)
        where TKey : notnull
        where TModel : SelectableModel
    {
        var gone = known.Keys.Except(wanted, known.Comparer).ToArray();
        foreach (var key in gone)
        {
            known.Remove(key, out var model);
            _ = model switch
            {
                GroupModel group => Do(() => Groups.Remove(group)),
                NodeModel node => Do(() => Nodes.Remove(node)),
                BaseLinkModel link => Do(() => Links.Remove(link)),
                _ => false,
            };
        }

        return gone.Length > 0;
    }

    /// <summary>Adds what is new, and gives all their order.</summary>
    /// <param name="known">What is there; gets what is new.</param>
    /// <param name="wanted">What shall be there, in order.</param>
    /// <param name="make">Makes a model.</param>
    protected bool Take<TKey, TModel>(Dictionary<TKey, TModel> known, IReadOnlyList<TKey> wanted, Func<TKey, TModel> make)
        where TKey : notnull
        where TModel : SelectableModel
    {
        var isNew = false;
        for (var place = 0; place < wanted.Count; place++)
        {
            if (!known.TryGetValue(wanted[place], out var model))
            {
                known[wanted[place]] = model = make(wanted[place]);
                model.Order = place + 1;
                isNew = model switch
                {
                    GroupModel group => Do(() => Groups.Add(group)),
                    NodeModel node => Do(() => Nodes.Add(node)),
                    BaseLinkModel link => Do(() => Links.Add(link)),
                    _ => false,
                };
            }

            isNew |= model.Order != place + 1;
            model.Order = place + 1;
        }

        return isNew;
    }

    private static bool Do(Action action)
    {
        action();
        return true;
    }
}
