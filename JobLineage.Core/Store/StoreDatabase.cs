using Npgsql;

namespace JobLineage.Core.Store;

/// <summary>Connections to the store.</summary>
public static class StoreDatabase
{
    /// <summary>A data source whose settings suit the store: statements prepared by themselves, no JIT (it alone costs more than the queries).</summary>
    /// <param name="connectionString">As configured in <c>ConnectionStrings:Store</c>.</param>
    public static NpgsqlDataSource Create(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.ApplicationName ??= "job-lineage";
        if (settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = 60;
        settings.Options = string.Join(' ', new[] { settings.Options, "-c jit=off" }.Where(o => !string.IsNullOrEmpty(o)));
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
