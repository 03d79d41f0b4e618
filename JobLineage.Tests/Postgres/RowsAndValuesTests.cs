using JobLineage.Core.Postgres;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Postgres;

/// <summary>What goes into statements and comes out of them.</summary>
public sealed class RowsAndValuesTests
{
    [Fact]
    public async Task A_value_has_its_type_also_where_it_is_null()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.OpenAsync();
        var types = string.Join(", ", Enumerable.Range(1, 10).Select(i => $"pg_typeof(${i})::text"));
        string[] expected = ["text", "boolean", "smallint", "integer", "bigint", "uuid", "interval", "timestamp with time zone", "bytea", "oid"];

        Assert.Equal(expected, await TextsAsync(connection, types, "a", true, (short)1, 1, 1L, Guid.Empty, TimeSpan.Zero, DateTimeOffset.UnixEpoch, new byte[] { 1 }, 1u));
        Assert.Equal(
            expected,
            await TextsAsync(connection, types, (string?)null, (bool?)null, (short?)null, (int?)null, (long?)null, (Guid?)null, (TimeSpan?)null, (DateTimeOffset?)null, (byte[]?)null, 1u));
        Assert.Equal(["true"], await TextsAsync(connection, "($1 is null and $2 is null)::text", (string?)null, (DateTimeOffset?)null));
    }

    [Fact]
    public async Task The_ends_of_time_are_infinities_and_columns_keep_their_nulls()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.OpenAsync();
        var at = new DateTimeOffset(2026, 3, 14, 14, 0, 0, TimeSpan.FromHours(2));

        Assert.Equal(
            ["infinity", "-infinity", "2026-03-14 12:00:00", "{infinity,NULL}"],
            await TextsAsync(
                connection, "$1::text, $2::text, ($3 at time zone 'UTC')::text, $4::text",
                DateTimeOffset.MaxValue, DateTimeOffset.MinValue, at, Parameters.Times([DateTimeOffset.MaxValue, null])));
        Assert.Equal(
            ["{a,NULL}", "{t}", "{f,NULL}", "{1}", "{2,NULL}", "{3,NULL}", "{4}", "{0.5}", "{\"\\\\x01\"}", "2000-01-01 00:00:01"],
            await TextsAsync(
                connection, "$1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, ($10 at time zone 'UTC')::text",
                Parameters.Texts(["a", null]), Parameters.Bools([true]), Parameters.Bools([false, null]), Parameters.Shorts([1]), Parameters.NullableInts([2, null]),
                Parameters.NullableLongs([3, null]), Parameters.Longs([4]), Parameters.Doubles([0.5]), Parameters.Bytes([[1]]), Parameters.Time(1_000_000)));
    }

    [Fact]
    public async Task A_value_serves_several_statements()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.OpenAsync();
        SqlValue[] values = ["a", 1];

        Assert.Equal(["a1"], await TextsAsync(connection, "$1 || $2::text", values));
        Assert.Equal(["1a"], await TextsAsync(connection, "$2::text || $1", values));
    }

    [Fact]
    public async Task Columns_are_read_in_their_order_whatever_is_null()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            select 'a', null::text, true, null::boolean, 1::smallint, null::smallint, 2, null::integer, 3::bigint, null::bigint, null::float8,
                'infinity'::timestamptz, null::timestamptz, array['x', null], null::text[], array[null, 'epoch'::timestamptz], null::timestamptz[], 4 as four
            from generate_series(1, 2)
            """, connection);
        await using var row = new RowCursor(await command.ExecuteReaderAsync());
        var rows = 0;
        while (await row.NextAsync(default))
        {
            rows++;
            Assert.Equal(("a", null, true, null), (row.Text(), row.TextOrNull(), row.Bool(), row.BoolOrNull()));
            Assert.Equal(((short)1, null, 2, null), (row.Short(), row.ShortOrNull(), row.Int(), row.IntOrNull()));
            Assert.Equal((3L, null, null), (row.Long(), row.LongOrNull(), row.DoubleOrNull()));
            Assert.Equal((DateTimeOffset.MaxValue, null), (row.Time(), row.Time()));
            Assert.Equal(new[] { "x", null }, row.Array<string?>());
            Assert.Empty(row.Array<string>());
            Assert.Equal([null, DateTimeOffset.UnixEpoch], row.Times());
            Assert.Empty(row.Times());
            Assert.Equal(4, row.Int());
            Assert.Equal(4, row.From("four").Int());
        }

        Assert.Equal(2, rows);
    }

    private static async Task<string[]> TextsAsync(NpgsqlConnection connection, string columns, params SqlValue[] values)
    {
        await using var command = new NpgsqlCommand($"select array[{columns}]", connection).With(values);
        return (string[])(await command.ExecuteScalarAsync())!;
    }
}
