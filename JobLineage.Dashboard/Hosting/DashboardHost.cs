using JobLineage.Core.Runs;
using JobLineage.Dashboard.Api;
using JobLineage.Dashboard.Live;
using JobLineage.Dashboard.Security;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Composes the dashboard: configuration, log, access, API, pages.</summary>
public static class DashboardHost
{
    /// <summary>Composes; nothing listens yet.</summary>
    /// <param name="arguments">What the command line says.</param>
    /// <param name="configure">
    /// Registers what the dashboard reads from: the store and its feeds, or a test's own. Its errors are reported together
    /// with all others.
    /// </param>
    /// <exception cref="ConfigurationException">Something is wrong with the configuration.</exception>
    public static WebApplication Build(DashboardArguments arguments, Action<DashboardSetup> configure)
    {
        var builder = CreateBuilder(arguments);
        var errors = new ConfigurationErrors(builder.Configuration);
        var options = DashboardOptions.Read(builder.Configuration, arguments.CurrentDirectory, errors);
        builder.Services.AddSingleton(options);
        builder.Services.TryAddSingleton(TimeProvider.System);
        configure(new(builder, options, errors));
        errors.AddRange(ConfigurationKeys.Misspelt(builder.Configuration));
        errors.ThrowIfAny();

        // Only where Kestrel would not find them by itself; its own endpoints it reads itself.
        if (!options.Addresses.AreEndpoints)
            builder.WebHost.UseUrls(options.Addresses.Urls);
        // A service that lacks another shall be found now, not by the first visitor who needs it.
        builder.Host.UseDefaultServiceProvider(o => (o.ValidateOnBuild, o.ValidateScopes) = (true, true));
        builder.WebHost.ConfigureKestrel(o => (o.AddServerHeader, o.Limits.MaxRequestLineSize) = (false, JobLineageUi.LongestAddress));
        // The manifest of files that are not published yet; a published program has none, and then this does nothing.
        builder.WebHost.UseStaticWebAssets();
        // What is not published is served as if somebody were editing it: packed anew for each request, for no browser to keep, under an ETag that is
        // compared with nothing. Unless somebody is, it is served as what it is: files that never change under their names.
        if (!builder.Environment.IsDevelopment())
            builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        ServiceFailures.Configure(builder.Services);
        builder.Services.AddSingleton<StoreUpgrade>();
        builder.Services.AddAccess(options);
        builder.Services.AddApi();
        builder.Services.AddCompression();
        builder.Services.AddExceptionHandler<FailureAnswers>();
        builder.Services.AddProblemDetails();
        DashboardPages.AddTo(builder.Services);

        if (builder.Services.All(s => s.ServiceType != typeof(IRunReader)))
            throw new InvalidOperationException("No store is registered to read runs from.");
        var app = builder.Build();
        Use(app, options);
        return app;
    }

    private static WebApplicationBuilder CreateBuilder(DashboardArguments arguments)
    {
        var builder = AppConfiguration.Readable(() => WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(DashboardHost).Assembly.GetName().Name,
            ContentRootPath = arguments.ContentRoot,
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
        }));
        AppConfiguration.AddTo(builder.Configuration, arguments);
        var started = false;
        builder.Logging.AddConsoleLines(() => started, arguments.Verbose);
        builder.Services.AddHostedService(services => new StartedMark(
            services.GetRequiredService<IHostApplicationLifetime>(), () => started = true));
        return builder;
    }

    /// <summary>The order counts: what is refused is refused before anything is looked up.</summary>
    private static void Use(WebApplication app, DashboardOptions options)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseExceptionHandler();
        ForwardedRequests.Use(app, options.Access);
        app.UseMiddleware<PublicAddress>();
        StoreUpgrade.Use(app);
        app.UseMiddleware<PlainIds>();
        app.UseMiddleware<HeadRequests>();
        // Here, and not where it would come by itself: paths and methods have only now become what they are routed by.
        app.UseRouting();
        app.UseWhen(c => RequestKinds.IsApi(c.Request), api => api.UseStatusCodePages(Problems.WriteStatusAsync));
        app.UseMiddleware<SameOriginOnly>();
        app.UseCompression();
        app.UseAuthentication();
        app.UseSessions();
        app.UseAuthorization();

        app.MapHealth();
        app.MapSignIn();
        app.MapApi(options.Access);
        app.MapDigestMessages();
        app.MapDocPictures();
        DashboardPages.MapTo(app);
    }

    /// <summary>Marks the end of the start.</summary>
    private sealed class StartedMark(IHostApplicationLifetime lifetime, Action mark) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStarted.Register(mark);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
