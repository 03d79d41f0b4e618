using System.Security.Cryptography;
using System.Text;
using JobLineage.Core.Engines.Sql;
using JobLineage.Core.Sources;

namespace JobLineage.Core.Feed.Trigger;

/// <summary>
/// The SQL that puts the trigger feed beside a table and takes it away again. Pure: what <c>install --print</c> shows is
/// what <c>install</c> runs.
/// </summary>
/// <param name="mapping">The table.</param>
public sealed class TriggerSql(SourceMapping mapping)
{
    /// <summary>Counts up whenever what is installed changes; a trigger of another version is not read from.</summary>
    public const int Version = 3;

    /// <summary>Between two notifications of one table, in milliseconds.</summary>
    public const int GateMilliseconds = 100;

    /// <summary>The log may grow to this when nobody reads it: then logging stops, however short the absence.</summary>
    public const long LargestLog = 256L << 20;

    private readonly string table = mapping.QualifiedTable;
    private readonly IReadOnlyList<LoggedTable> tables = Tables(mapping);
    private readonly TriggerBlocks blocks = new(mapping, TriggerNames.Of(mapping), Tables(mapping));

    /// <summary>The names of what is installed.</summary>
    public TriggerNames Names { get; } = TriggerNames.Of(mapping);

    /// <summary>The tables whose changes are logged; the jobs' own is the first.</summary>
    internal IReadOnlyList<LoggedTable> Logged => tables;

    /// <summary>Whether the log holds more than ids of jobs: images of deleted rows, or what other tables say.</summary>
    internal static bool IsWide(SourceMapping mapping) => mapping.Deleted is not null || mapping.Changes.Any(c => c.Column is not null);

    /// <summary>
    /// The comment of the trigger function: how an installation is told from one of another version, or for a mapping that reads other tables
    /// or columns.
    /// </summary>
    internal string Comment => CommentOf(Version) + (IsWide(mapping) ? $" for {Fingerprint}" : "");

    /// <summary>How the comment of an installation of a version begins.</summary>
    internal static string CommentOf(int version) => $"Job Lineage change feed, version {version}";

    /// <summary>Another one where the triggers would be others, or the log would hold something else.</summary>
    private string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        // Counts up with what the functions of such a mapping do.
        string.Join('\n', tables.Select(t => string.Join('\t', [t.Table, t.Column, .. t.Image])).Prepend("2")))))[..8];

    private static IReadOnlyList<LoggedTable> Tables(SourceMapping mapping)
    {
        var names = TriggerNames.Of(mapping);
        var own = new LoggedTable(names, mapping.QualifiedTable, SourceMapping.Quote(mapping.Id), 0) { Image = ImageOf(mapping) };
        var others = mapping.Changes.Where(c => c.Column is not null).Select((c, i) => new LoggedTable(names, c.QualifiedName(mapping), SourceMapping.Quote(c.Column!), i + 1));
        return [.. others.Prepend(own).Select(t => t with { IsOfImages = mapping.Deleted is not null })];
    }

    /// <summary>All words of the mapping that may be a column's name: which of them are, the catalog says when it is installed.</summary>
    private static IReadOnlyList<string> ImageOf(SourceMapping mapping) => mapping.Deleted is null ? [] : Members.Words(mapping);

    /// <summary>
    /// Installs, in one transaction; doing it twice is doing it once. CREATE TRIGGER waits for those who write the table
    /// and makes others wait meanwhile: hence the short time limit.
    /// </summary>
    /// <param name="reader">A role that shall read the log; null: the role that installs does.</param>
    public string Install(string? reader = null) => $"""
        begin;
        set local lock_timeout = '2s';
        set local client_min_messages = 'warning';
        set local search_path = pg_catalog, pg_temp;
        {PlPgSql.Do(blocks.Lock)}
        {PlPgSql.Do(TriggerBlocks.Schema)}
        create table if not exists {TriggerNames.Feed} (
            key          text primary key,
            source_table text not null,
            installed_at timestamptz not null default now(),
            consumed_at  timestamptz not null default now(),
            reader       uuid,        -- who reads the log now
            reader_until timestamptz, -- and until when others keep off
            image_columns text[]      -- of which columns an image of a deleted row is made
        );
        {(mapping.Deleted is null
            ? "-- Unlogged: after a crash it is empty, and the reader, whose connection the crash took too, compares everything."
            : "-- Logged: it is all that is left of a row that was deleted.")}
        create {(mapping.Deleted is null ? "unlogged " : "")}table if not exists {Names.Change} (id text)
            with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
        create sequence if not exists {Names.Gate};
        {PlPgSql.Do(blocks.Owners)}
        {PlPgSql.Do(TriggerBlocks.Feed)}
        {PlPgSql.Do(blocks.Log)}
        {string.Join('\n', tables.Select(t => $"{t.CreateFunction}\nrevoke all on function {t.Function}() from public;"))}
        comment on function {Names.Function}() is {SourceMapping.Literal(Comment)};
        {PlPgSql.Do(blocks.HandOver)}
        {PlPgSql.Do(blocks.DropStrangeTriggers)}
        {string.Join('\n', tables.Select(t => t.CreateTriggers))}
        insert into {TriggerNames.Feed} (key, source_table, image_columns) values ('{Names.Key}', {SourceMapping.Literal(table)}, {tables[0].KeptColumns})
            on conflict (key) do update set source_table = excluded.source_table, image_columns = excluded.image_columns, installed_at = now(), consumed_at = now();
        {(reader is null ? "" : blocks.Grants(SourceMapping.Quote(reader)))}commit;

        """;

    /// <summary>Removes all of it, in one transaction; the store's tables in the same schema stay.</summary>
    public string Uninstall => $"""
        begin;
        set local lock_timeout = '2s';
        set local client_min_messages = 'warning';
        set local search_path = pg_catalog, pg_temp;
        {PlPgSql.Do(blocks.DropTriggers)}
        {PlPgSql.Do($"""
            declare
                doomed record;
            begin
                if exists (select from pg_namespace where nspname = '{TriggerNames.Schema}') then
                    for doomed in
                        select p.oid::regprocedure as function from pg_proc p
                        where p.pronamespace = '{TriggerNames.Schema}'::regnamespace and p.proname ~ '^log_{Names.Key}(_[0-9]+)?$'
                    loop
                        execute format('drop function %s', doomed.function);
                    end loop;
                    drop table if exists {Names.Change};
                    drop sequence if exists {Names.Gate};
                    if exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = '{TriggerNames.Schema}' and c.relname = 'feed') then
                        delete from {TriggerNames.Feed} where key = '{Names.Key}';
                        if not exists (select from {TriggerNames.Feed}) then
                            drop table {TriggerNames.Feed};
                        end if;
                    end if;
                    if not exists (
                        select from pg_depend d join pg_namespace n on n.oid = d.refobjid
                        where d.refclassid = 'pg_namespace'::regclass and n.nspname = '{TriggerNames.Schema}') then
                        drop schema {TriggerNames.Schema};
                    end if;
                end if;
            end
            """)}
        commit;

        """;

    /// <summary>
    /// The expression by which the children of a job (or the jobs of a run) are found, as an index holds it; null where the mapping has
    /// none, or one that reads other rows or what is joined to it, which no index can hold.
    /// </summary>
    public string? IndexedExpression => (mapping.RunKey is null ? mapping.ParentId : mapping.RunKeyIndexed) is { } expression && !SqlText.HasSubquery(expression) && !SqlText.HasOtherRow(expression)
        ? SqlText.WithoutAlias(expression)
        : null;

    /// <summary>
    /// Makes the advised index, without making anybody wait; must not stand in a transaction. Null where the mapping has
    /// nothing to index.
    /// </summary>
    public string? CreateIndex => IndexedExpression is { } expression
        ? $"create index concurrently if not exists {Names.Index} on {table} (({expression})) where ({expression}) is not null"
        : null;

    /// <summary>Drops the advised index; must not stand in a transaction.</summary>
    public string DropIndex => $"drop index concurrently if exists {SourceMapping.Quote(mapping.Schema)}.{Names.Index}";
}
