using Bunit;
using JobLineage.Core.Model;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Live;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Components;

/// <summary>A page that is pointed at something else while it still leaves what it showed.</summary>
public sealed class LiveWatchTests : BunitContext, IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FakeRunReader _reader = new();
    private readonly RunHub _hub;

    public LiveWatchTests()
    {
        _hub = new(_reader, new FakeRunSignal(), TimeProvider.System, NullLogger<RunHub>.Instance);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(_hub);
        Services.AddPageParts();
        JSInterop.Mode = JSRuntimeMode.Loose;
        SetRendererInfo(new RendererInfo("Server", true));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    // Some of MudBlazor's services can be disposed of in this way alone.
    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    [Fact]
    public async Task After_navigations_in_a_row_a_page_watches_the_last_and_nothing_else()
    {
        for (var id = 1; id <= 9; id++)
            _reader.Put(SomeRuns.Run($"{id}", version: id));
        var page = Render<Pointed>(parameters => parameters.Add(p => p.Id, 1));
        Shows(page, 1);
        Assert.Equal(1, _hub.Viewers);

        for (var round = 0; round < 20; round++)
        {
            // All within one turn of the dispatcher: the first has not come back from leaving when the next begins.
            var last = 6 + round % 4;
            await page.InvokeAsync(() => Task.WhenAll(PointAt(page, 2 + round % 4), PointAt(page, 1), PointAt(page, last)));
            Shows(page, last);
            Assert.Equal(1, _hub.Viewers);
        }

        await page.InvokeAsync(() => Task.WhenAll(PointAt(page, 2), PointAt(page, 3)));
        await DisposeComponentsAsync();
        Assert.Equal(0, _hub.Viewers);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await _hub.DisposeAsync();
    }

    private static void Shows(IRenderedComponent<Pointed> page, int id) =>
        page.WaitForAssertion(() => Assert.Equal($"{id}", page.Find("p").TextContent), Limit);

    private static Task PointAt(IRenderedComponent<Pointed> page, int id) => page.Instance.SetParametersAsync(
        ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(Pointed.Id)] = id }));

    /// <summary>The least that a page can be.</summary>
    public sealed class Pointed : LiveComponent
    {
        private readonly LiveWatch<RunSnapshot> run;

        public Pointed() => run = Watch<RunSnapshot>();

        [Parameter]
        public int Id { get; set; }

        protected override Task WatchAsync()
        {
            var key = new RunKey("oban", $"{Id}");
            return run.SetAsync(key, () => Hub.Subscribe(key));
        }

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenElement(0, "p");
            builder.AddContent(1, run.Value?.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
            builder.CloseElement();
        }
    }
}
