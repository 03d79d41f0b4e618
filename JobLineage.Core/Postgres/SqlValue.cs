using Npgsql;
using NpgsqlTypes;

namespace JobLineage.Core.Postgres;

/// <summary>
/// What a <c>$1</c> stands for. Its type here says what the server takes it for, also where it is null: a null of no type
/// can't be compared. A value may be given to several statements.
/// </summary>
internal readonly struct SqlValue
{
    private readonly object? value;
    private readonly NpgsqlDbType type;

    /// <summary>A value of a type that C# has no word for.</summary>
    /// <param name="value">What the driver writes as that type; null for NULL.</param>
    /// <param name="type">The type.</param>
    public SqlValue(object? value, NpgsqlDbType type) => (this.value, this.type) = (value, type);

    public static implicit operator SqlValue(string? value) => new(value, NpgsqlDbType.Text);

    public static implicit operator SqlValue(bool? value) => new(value, NpgsqlDbType.Boolean);

    // Numbers that are there have operators of their own: a short is an int as well.
    public static implicit operator SqlValue(short value) => new(value, NpgsqlDbType.Smallint);

    public static implicit operator SqlValue(int value) => new(value, NpgsqlDbType.Integer);

    public static implicit operator SqlValue(long value) => new(value, NpgsqlDbType.Bigint);

    public static implicit operator SqlValue(short? value) => new(value, NpgsqlDbType.Smallint);

    public static implicit operator SqlValue(int? value) => new(value, NpgsqlDbType.Integer);

    public static implicit operator SqlValue(long? value) => new(value, NpgsqlDbType.Bigint);

    public static implicit operator SqlValue(Guid? value) => new(value, NpgsqlDbType.Uuid);

    public static implicit operator SqlValue(TimeSpan? value) => new(value, NpgsqlDbType.Interval);

    /// <summary>A moment; the ends of time stand for Postgres' infinities.</summary>
    public static implicit operator SqlValue(DateTimeOffset? value) => new(value?.UtcDateTime, NpgsqlDbType.TimestampTz);

    /// <summary>The number of a thing in the server's catalogue.</summary>
    public static implicit operator SqlValue(uint value) => new(value, NpgsqlDbType.Oid);

    public static implicit operator SqlValue(byte[]? value) => new(value, NpgsqlDbType.Bytea);

    /// <summary>For one statement.</summary>
    public static implicit operator NpgsqlParameter(SqlValue value) => new() { Value = value.value ?? DBNull.Value, NpgsqlDbType = value.type };
}
