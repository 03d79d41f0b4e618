using JobLineage.Core.Model;

namespace JobLineage.Core.Engines.Sql;

/// <summary>Names of workers in SQL over a queue's own table. Pure.</summary>
internal static class WorkerSql
{
    private const string Brackets = "<([";

    /// <summary>
    /// Whether <see cref="IsNamed"/> finds exactly the workers that <see cref="Workers.IsNamed"/> means. With brackets it does for usual names: no
    /// expression tells brackets that do not close, or versions behind them.
    /// </summary>
    public static bool IsExact(string name) => !name.AsSpan().ContainsAny(Brackets);

    /// <summary><see cref="Workers.IsNamed"/>: the whole of the worker, its end behind a dot, or as it is shown.</summary>
    /// <param name="expression">The worker; empty where there is none.</param>
    /// <param name="name">The name.</param>
    public static string IsNamed(string expression, string name)
    {
        var wanted = name.Replace('/', '.');
        var (worker, whole, behind) = ($"replace({expression}, '/', '.')", SourceMapping.Literal(wanted), SourceMapping.Literal("." + wanted));
        // What stands in brackets is shortened too.
        var shown = name == Workers.Unknown ? $" or {expression} = ''"
            : IsExact(name) ? ""
            : $@" or regexp_replace({worker}, '([^][<>()., ]+\.)+', '', 'g') = {whole}";
        return $"({worker} = {whole} or right({worker}, length({behind})) = {behind}{shown})";
    }
}
