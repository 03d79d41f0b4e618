using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Postgres;

/// <summary>Values for statements: <c>$1</c> is the first. Arrays are columns of values for <c>unnest</c>, or the choice of <c>any</c>.</summary>
internal static class Parameters
{
    public static SqlValue Texts(IEnumerable<string?> values) => Of(values, NpgsqlDbType.Text);

    public static SqlValue Bools(IEnumerable<bool> values) => Of(values, NpgsqlDbType.Boolean);

    public static SqlValue Bools(IEnumerable<bool?> values) => Of(values, NpgsqlDbType.Boolean);

    public static SqlValue Shorts(IEnumerable<short> values) => Of(values, NpgsqlDbType.Smallint);

    public static SqlValue Ints(IEnumerable<int> values) => Of(values, NpgsqlDbType.Integer);

    public static SqlValue NullableInts(IEnumerable<int?> values) => Of(values, NpgsqlDbType.Integer);

    public static SqlValue Longs(IEnumerable<long> values) => Of(values, NpgsqlDbType.Bigint);

    public static SqlValue NullableLongs(IEnumerable<long?> values) => Of(values, NpgsqlDbType.Bigint);

    public static SqlValue Doubles(IEnumerable<double> values) => Of(values, NpgsqlDbType.Double);

    public static SqlValue Guids(IEnumerable<Guid> values) => Of(values, NpgsqlDbType.Uuid);

    public static SqlValue Bytes(IEnumerable<byte[]> values) => Of(values, NpgsqlDbType.Bytea);

    public static SqlValue Times(IEnumerable<DateTimeOffset?> values) => Of(values.Select(v => v?.UtcDateTime), NpgsqlDbType.TimestampTz);

    /// <summary>A moment in the microseconds that Postgres keeps, which know times that C# does not.</summary>
    public static SqlValue Time(long microseconds) => new(microseconds, NpgsqlDbType.TimestampTz);

    /// <summary>Gives values to a statement, behind those that it has.</summary>
    public static NpgsqlCommand With(this NpgsqlCommand command, params ReadOnlySpan<SqlValue> values)
    {
        Add(command.Parameters, values);
        return command;
    }

    /// <inheritdoc cref="With(NpgsqlCommand,ReadOnlySpan{SqlValue})"/>
    public static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, params ReadOnlySpan<SqlValue> values)
    {
        Add(command.Parameters, values);
        return command;
    }

    /// <summary>Adds a statement with its values to a batch.</summary>
    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<SqlValue> values)
    {
        var command = new NpgsqlBatchCommand(sql).With(values);
        batch.BatchCommands.Add(command);
        return command;
    }

    private static SqlValue Of<T>(IEnumerable<T> values, NpgsqlDbType type) => new((T[])[.. values], NpgsqlDbType.Array | type);

    private static void Add(NpgsqlParameterCollection parameters, ReadOnlySpan<SqlValue> values)
    {
        foreach (var value in values)
            parameters.Add((NpgsqlParameter)value);
    }
}
