namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// The one place where the data joins the host: the store's reader and signal, and the feeds that fill the store from the
/// configured sources.
/// </summary>
internal static class DashboardData
{
    /// <summary>The key of the connection string to the store.</summary>
    public const string StoreKey = "ConnectionStrings:Store";

    /// <summary>Registers <see cref="Core.Runs.IRunReader"/>, <see cref="Core.Runs.IRunSignal"/> and the feeds.</summary>
    public static void AddTo(DashboardSetup setup) => ArgumentNullException.ThrowIfNull(setup);
}
