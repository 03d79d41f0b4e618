using Blazor.Diagrams.Core.Models;
using Blazor.Diagrams.Core.Models.Base;
using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Components.Canvas;

/// <summary>
/// The library's canvas, drawn as a picture in a viewport that scrolls. It renders when the diagram says that models came or went;
/// each model renders when it says that it has changed. It differs from the library's in three things. It takes no events: each move
/// of a mouse over the library's is a message to the server, and here js/graph.js moves what is looked at. It measures nothing, as
/// all sizes are fixed, so it calls no script when it comes or goes: the library's throws when it is disposed after prerendering, and
/// its script sends a message whenever the window is scrolled. And its layers have names and roles. A model is drawn by the component that
/// the diagram has registered for it, which is the library's renderer of that kind itself, not a part within it: one
/// component for each part of the picture, as few as there were without the library.
/// </summary>
public sealed partial class GraphCanvas
{
    private GraphDiagram Diagram => (GraphDiagram)BlazorDiagram;

    /// <inheritdoc />
    protected override Task OnAfterRenderAsync(bool firstRender) => Task.CompletedTask;

    private RenderFragment Parts(IReadOnlyList<SelectableModel> models) => builder =>
    {
        foreach (var model in models)
        {
            builder.OpenComponent(0, Diagram.GetComponent(model) ?? throw new InvalidOperationException($"No component is registered for {model.GetType().Name}."));
            builder.SetKey(model);
            builder.AddComponentParameter(1, model switch { GroupModel => "Group", NodeModel => "Node", _ => "Link" }, model);
            builder.CloseComponent();
        }
    };
}
