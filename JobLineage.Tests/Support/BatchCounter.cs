#pragma warning disable BL0006 // A renderer is made of types that the framework keeps for itself.
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Support;

/// <summary>Renders as a circuit does, and counts what a circuit would send: one message for each batch.</summary>
internal sealed class BatchCounter(IServiceProvider services) : Renderer(services, NullLoggerFactory.Instance)
{
    private Exception? _failure;

    public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

    /// <summary>The batches since it began.</summary>
    public int Batches { get; private set; }

    /// <summary>Parts of the page that changed in the last batch.</summary>
    public int Changed { get; private set; }

    /// <summary>Shows a component, or the same one with other parameters.</summary>
    public async Task ShowAsync<T>(IReadOnlyDictionary<string, object?> parameters)
        where T : IComponent
    {
        await Dispatcher.InvokeAsync(async () =>
        {
            _root ??= AssignRootComponentId(InstantiateComponent(typeof(T)));
            await RenderRootComponentAsync(_root.Value, ParameterView.FromDictionary(new Dictionary<string, object?>(parameters)));
        });
        if (_failure is not null)
            throw new InvalidOperationException("Rendering failed.", _failure);
    }

    protected override void HandleException(Exception exception) => _failure = exception;

    protected override Task UpdateDisplayAsync(in RenderBatch renderBatch)
    {
        Batches++;
        Changed = 0;
        for (var i = 0; i < renderBatch.UpdatedComponents.Count; i++)
            Changed += renderBatch.UpdatedComponents.Array[i].Edits.Count > 0 ? 1 : 0;
        return Task.CompletedTask;
    }

    private int? _root;
}
