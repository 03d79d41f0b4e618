using JobLineage.Core.Model;
using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Store.Ingest;

/// <summary>A column of <c>job_lineage.job</c>, and its value for a job of a batch: for COPY, and as an array for <c>unnest</c>.</summary>
/// <param name="name">Its name.</param>
/// <param name="isPayload">Whether it changes seldom and may be large: it is written only when it has changed.</param>
internal abstract class JobColumn(string name, bool isPayload)
{
    /// <summary>The column's name.</summary>
    public string Name => name;

    /// <summary>Whether it is what <see cref="JobHash"/> is of, or that hash.</summary>
    public bool IsPayload => isPayload;

    /// <summary>Writes the value of a job into a row.</summary>
    public abstract Task CopyAsync(NpgsqlBinaryImporter row, Node node, CancellationToken cancellation);

    /// <summary>The values of several jobs.</summary>
    public abstract SqlValue Array(IEnumerable<Node> nodes);

    public static JobColumn Text(string name, Func<Node, string?> value, bool isPayload = false) => new TextColumn(name, value, isPayload);

    public static JobColumn Number<T>(string name, NpgsqlDbType type, Func<Node, T?> value, bool isPayload = false)
        where T : struct => new ValueColumn<T>(name, type, value, isPayload);

    public static JobColumn Time(string name, Func<Node, DateTimeOffset?> value) =>
        new ValueColumn<DateTime>(name, NpgsqlDbType.TimestampTz, n => value(n)?.UtcDateTime, false);

    private sealed class TextColumn(string name, Func<Node, string?> value, bool isPayload) : JobColumn(name, isPayload)
    {
        public override Task CopyAsync(NpgsqlBinaryImporter row, Node node, CancellationToken cancellation) =>
            value(node) is { } text ? row.WriteAsync(text, NpgsqlDbType.Text, cancellation) : row.WriteNullAsync(cancellation);

        public override SqlValue Array(IEnumerable<Node> nodes) => Parameters.Texts(nodes.Select(value));
    }

    private sealed class ValueColumn<T>(string name, NpgsqlDbType type, Func<Node, T?> value, bool isPayload) : JobColumn(name, isPayload)
        where T : struct
    {
        public override Task CopyAsync(NpgsqlBinaryImporter row, Node node, CancellationToken cancellation) =>
            value(node) is { } some ? row.WriteAsync(some, type, cancellation) : row.WriteNullAsync(cancellation);

        public override SqlValue Array(IEnumerable<Node> nodes) =>
            new((T?[])[.. nodes.Select(value)], NpgsqlDbType.Array | type);
    }
}
