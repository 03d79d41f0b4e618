using Npgsql;

namespace JobLineage.Core.Postgres;

/// <summary>
/// Rows whose columns are read from left to right, in the order in which the statement names them: no column has a number,
/// and a new one is read where it is named. C# evaluates arguments and initializers in the order in which they are written.
/// </summary>
internal sealed class RowCursor(NpgsqlDataReader row) : IAsyncDisposable
{
    private int at;

    /// <summary>Goes to the next row, and to its first column; false at the end.</summary>
    public Task<bool> NextAsync(CancellationToken cancellation)
    {
        at = 0;
        return row.ReadAsync(cancellation);
    }

    /// <summary>Goes to the rows of the next statement.</summary>
    public Task<bool> NextResultAsync(CancellationToken cancellation) => row.NextResultAsync(cancellation);

    /// <summary>Goes on at a column by its name: a look into a table of names, for what is not done with every row.</summary>
    public RowCursor From(string column)
    {
        at = row.GetOrdinal(column);
        return this;
    }

    public string Text() => row.GetString(at++);

    public string? TextOrNull() => row.TextAt(at++);

    public bool Bool() => row.GetBoolean(at++);

    public bool? BoolOrNull() => OrNull<bool>();

    public short Short() => row.GetInt16(at++);

    public short? ShortOrNull() => OrNull<short>();

    public int Int() => row.GetInt32(at++);

    public int? IntOrNull() => OrNull<int>();

    public long Long() => row.GetInt64(at++);

    public long? LongOrNull() => OrNull<long>();

    /// <summary>A bigint as near as an int comes to it.</summary>
    public int ClampedInt() => row.ClampedAt(at++);

    public double? DoubleOrNull() => OrNull<double>();

    /// <summary>The number of a thing in the server's catalogue.</summary>
    public uint? OidOrNull() => OrNull<uint>();

    public Guid Guid() => row.GetGuid(at++);

    /// <inheritdoc cref="RowValues.TimeAt"/>
    public DateTimeOffset? Time() => row.TimeAt(at++);

    /// <summary>An array; NULL is one of nothing.</summary>
    public T[] Array<T>()
    {
        var column = at++;
        return row.IsDBNull(column) ? [] : row.GetFieldValue<T[]>(column);
    }

    /// <summary>An array of times, in UTC; NULL is one of nothing.</summary>
    public DateTimeOffset?[] Times() =>
        [.. Array<DateTime?>().Select(t => t is { } time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : (DateTimeOffset?)null)];

    public ValueTask DisposeAsync() => row.DisposeAsync();

    private T? OrNull<T>()
        where T : struct
    {
        var column = at++;
        return row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
    }
}
