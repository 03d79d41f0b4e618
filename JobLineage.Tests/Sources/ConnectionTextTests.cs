using JobLineage.Core.Sources;

namespace JobLineage.Tests.Sources;

public sealed class ConnectionTextTests
{
    [Theory]
    [InlineData("postgres://me:p%40ss@db.test:6432/app", "db.test", 6432, "app", "me", "p@ss")]
    [InlineData("postgresql://db.test/app", "db.test", 5432, "app", null, null)]
    [InlineData("postgresql://me@[::1]/my%20app", "::1", 5432, "my app", "me", null)]
    [InlineData("postgres:///app?host=/run/postgresql&user=me", "/run/postgresql", 5432, "app", "me", null)]
    [InlineData("ecto", null, 0, null, null, null)]
    [InlineData("Host=db.test;Database=app;Username=me", "db.test", 5432, "app", "me", null)]
    public void URLs_and_Npgsqls_own_strings_are_both_read(string text, string? host, int port, string? database, string? user, string? password)
    {
        var read = ConnectionText.TryParse(text, out var builder, out _);
        Assert.Equal(host is not null, read);
        if (read)
            Assert.Equal((host, port, database, user, password), (builder!.Host, builder.Port, builder.Database, builder.Username, builder.Password));
    }

    [Theory]
    [InlineData("postgres://db/app?sslmode=verify-full&application_name=x&connect_timeout=3&pool_size=10", "VerifyFull")]
    [InlineData("postgres://db/app?sslmode=disable", "Disable")]
    public void What_libpq_calls_otherwise_is_translated(string text, string mode)
    {
        Assert.True(ConnectionText.TryParse(text, out var builder, out _));
        Assert.Equal(mode, builder.SslMode.ToString());
    }

    [Theory]
    [InlineData("postgres://me:hush@db:notaport/app")]
    [InlineData("postgres://me:hush@db/app?nonsense=1")]
    [InlineData("Host=db;Password=hush;Nonsense=1")]
    [InlineData("")]
    public void An_error_never_holds_the_password(string text)
    {
        Assert.False(ConnectionText.TryParse(text, out _, out var error));
        Assert.DoesNotContain("hush", error);
    }
}
