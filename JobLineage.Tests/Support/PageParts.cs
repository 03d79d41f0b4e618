using JobLineage.Core.Graph;
using JobLineage.Core.Runs;
using JobLineage.Dashboard.Live;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace JobLineage.Tests.Support;

/// <summary>What pages need besides the hub of runs.</summary>
internal static class PageParts
{
    /// <summary>Adds it, over stores in memory.</summary>
    public static void AddPageParts(
        this IServiceCollection services, FakeRunViews? views = null, FakeComparisons? comparisons = null, FakeDigests? digests = null, ConfiguredSources? configured = null)
    {
        services.AddMudServices(mud => mud.PopoverOptions.CheckForPopoverProvider = false);
        var reader = views ?? new();
        services.AddSingleton<IRunViews>(reader);
        services.AddSingleton<IRunComparisons>(comparisons ?? new());
        services.AddSingleton<INativeRows>(reader.Native);
        services.AddSingleton<IRunSql>(new FakeSql());
        // One source whose engine keeps no errors.
        services.AddSingleton(new QueueLinks(name => Presets.Find(name, name)));
        services.AddSingleton(configured ?? new([]));
        services.AddSingleton(new GraphLayoutCache());
        services.AddSingleton(new RecentGraphs(TimeProvider.System));
        services.AddScoped<PageClock>();
        (digests ?? new()).AddTo(services);
        services.AddLogging();
        services.AddSingleton<DigestActions>();
        services.AddSingleton<FakeSourceDesk>();
        services.AddSingleton<IForgetting>(s => s.GetRequiredService<FakeSourceDesk>());
        services.AddSingleton<IPutAside>(s => s.GetRequiredService<FakeSourceDesk>());
        services.AddSingleton<SourceActions>();
        services.AddSingleton<IQueues>(new FakeQueues());
        services.AddSingleton(new Core.Diagnosis.DiagnosisOptions());
        services.AddSingleton<ISourceChecks>(new FakeChecks());
    }
}
