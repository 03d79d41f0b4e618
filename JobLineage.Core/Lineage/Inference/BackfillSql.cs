using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Lineage.Inference;

/// <summary>
/// SQL that writes inferred parents into a queue's own rows, for its owner to read and run; nothing here runs it. Of foreign
/// text only ids go into it, as literals. Pure.
/// </summary>
public static partial class BackfillSql
{
    /// <summary>Rows that one transaction updates.</summary>
    public const int Batch = 500;

    /// <summary>The statements, with what to know before as comments; null where the mapping does not say where a parent is written.</summary>
    /// <param name="source">The source.</param>
    /// <param name="run">What was inferred.</param>
    /// <param name="andLikely">Whether links that are likely are written as well as those that are sure.</param>
    public static string? Write(ProbedSource source, InferredRun run, bool andLikely = false)
    {
        if (Target(source) is not { } target)
            return null;
        var links = run.Jobs
            .Where(j => j is { ParentId: not null, IsRecorded: false } && (j.Certainty == Certainty.Sure || andLikely && j.Certainty == Certainty.Likely))
            .ToList();
        var left = run.Jobs.Count(j => j is { ParentId: not null, IsRecorded: false }) - links.Count;
        var text = new StringBuilder();
        Line(text, "-- Inferred from arguments and times, not recorded by the queue. Read it before you run it; nothing has been written.");
        Line(text, string.Create(CultureInfo.InvariantCulture, $"-- {links.Count} links that are {(andLikely ? "sure or likely" : "sure")}; {left} others are left out."));
        Line(text, "-- Only rows without a parent are touched. Each transaction is short and gives way to the queue's own locks.");
        Line(text, "-- It fires the table's triggers, and leaves a dead row for each; let autovacuum keep up on a large table.");
        foreach (var batch in links.Chunk(Batch))
        {
            Line(text, "");
            Line(text, "begin;");
            Line(text, "set local lock_timeout = '2s';");
            Line(text, "set local statement_timeout = '30s';");
            Line(text, $"update {RowSql.Whole(source.Mapping)} set {target.Set}");
            Line(text, "from (values");
            for (var at = 0; at < batch.Length; at++)
            {
                var link = batch[at];
                Line(text, string.Create(CultureInfo.InvariantCulture,
                    $"    ({Id(source, link.Job.Id)}, {Id(source, link.ParentId!)}){(at < batch.Length - 1 ? "," : "")} -- {link.Confidence:0.00}"));
            }

            Line(text, ") as jl_link (jl_id, jl_parent)");
            Line(text, $"where {RowSql.Id(source.Mapping)} = jl_link.jl_id and {target.IsEmpty};");
            Line(text, "commit;");
        }

        return text.ToString();
    }

    private static (string Set, string IsEmpty)? Target(ProbedSource source)
    {
        var mapping = source.Mapping;
        if (mapping.RunKey is not null)
            return null;
        if (mapping.ParentKey is { } key)
        {
            var (json, name) = (SourceMapping.Quote(key.Column), SourceMapping.Literal(key.Key));
            return ($"{json} = coalesce(job.{json}, '{{}}'::jsonb) || jsonb_build_object({name}, jl_link.jl_parent)", $"job.{json}->>{name} is null");
        }

        if (mapping.ParentId is not { } parent)
            return null;
        var column = SqlText.WithoutAlias(parent).Trim();
        return !Column().IsMatch(column) ? null : ($"{column} = jl_link.jl_parent", $"job.{column} is null");
    }

    private static string Id(ProbedSource source, string id) => source.IdKind switch
    {
        JobIdKind.BigInt => $"{id}::bigint",
        JobIdKind.Uuid => $"{SourceMapping.Literal(id)}::uuid",
        _ => $"{SourceMapping.Literal(id)}::text",
    };

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');

    [GeneratedRegex("""^\s*(?:[A-Za-z_][A-Za-z0-9_]*|"(?:[^"]|"")+")\s*$""")]
    private static partial Regex Column();
}
