using Npgsql;

namespace JobLineage.Core.Store.Reading;

/// <summary>
/// Statements of many joins whose best plan does not depend on what they are asked for. Planning one anew each time costs
/// more than running it, and the server does that as long as it takes the plan for particular values to be cheaper.
/// </summary>
internal static class GenericPlan
{
    /// <summary>
    /// A batch that runs a statement by one plan, in one round trip and, outside a transaction, as one. The statement's
    /// rows are its second result.
    /// </summary>
    /// <param name="connection">An open connection with nothing else under way.</param>
    /// <param name="sql">The statement.</param>
    /// <param name="parameters">What <c>$1</c> and so on stand for.</param>
    public static NpgsqlBatch Of(NpgsqlConnection connection, string sql, params ReadOnlySpan<SqlValue> parameters)
    {
        var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("select set_config('plan_cache_mode', 'force_generic_plan', true)"));
        batch.Add(sql, parameters);
        return batch;
    }
}
