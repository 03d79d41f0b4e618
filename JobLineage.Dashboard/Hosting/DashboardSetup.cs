namespace JobLineage.Dashboard.Hosting;

/// <summary>What a part of the program gets to register itself with, before the configuration is judged.</summary>
/// <param name="Builder">Services, configuration, logging.</param>
/// <param name="Options">The dashboard's own options, already read.</param>
/// <param name="Errors">Receives what is wrong with the part's own options.</param>
public sealed record DashboardSetup(WebApplicationBuilder Builder, DashboardOptions Options, ConfigurationErrors Errors);
