using JobLineage.Core.Postgres;
using JobLineage.Core.Store;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Postgres;

public sealed class ConnectionTextTests
{
    [Theory]
    [InlineData("postgres://me:p%40ss@db.test:6432/app", "db.test", 6432, "app", "me", "p@ss")]
    [InlineData("postgresql://db.test/app", "db.test", 5432, "app", null, null)]
    [InlineData("postgresql://me@[::1]/my%20app", "::1", 5432, "my app", "me", null)]
    [InlineData("postgres:///app?host=/run/postgresql&user=me", "/run/postgresql", 5432, "app", "me", null)]
    [InlineData("postgres://me@%2Frun%2Fpostgresql:5433/app", "/run/postgresql", 5433, "app", "me", null)]
    [InlineData("postgres://me:pw@/app?host=/cloudsql/project:region:instance", "/cloudsql/project:region:instance", 5432, "app", "me", "pw")]
    [InlineData("postgres://me:p@ss:w@db.test/app", "db.test", 5432, "app", "me", "p@ss:w")]
    [InlineData("ecto://me:pw@db.test/app?pool_size=10&ssl=true", "db.test", 5432, "app", "me", "pw")]
    [InlineData("ecto://me:pw@localhost/app?socket_dir=/run/postgresql", "/run/postgresql", 5432, "app", "me", "pw")]
    [InlineData("postgresql+psycopg2://me:pw@db.test/app", "db.test", 5432, "app", "me", "pw")]
    [InlineData("postgresql+asyncpg://me:pw@db.test/app?prepared_statement_cache_size=0", "db.test", 5432, "app", "me", "pw")]
    [InlineData("jdbc:postgresql://db.test:5433/app?user=me&password=pw", "db.test", 5433, "app", "me", "pw")]
    [InlineData("postgresql://me:pw@db.test:6543/app?pgbouncer=true&connection_limit=1&schema=public", "db.test", 6543, "app", "me", "pw")]
    [InlineData("host=db.test port=5433 dbname=app user=me password='p w\\'s'", "db.test", 5433, "app", "me", "p w's")]
    [InlineData("host = db.test   dbname = app", "db.test", 5432, "app", null, null)]
    [InlineData("host=db.test dbname=app password=a;b", "db.test", 5432, "app", null, "a;b")]
    [InlineData("hostaddr=10.0.0.7 dbname=app", "10.0.0.7", 5432, "app", null, null)]
    [InlineData("dbname=app", null, 5432, "app", null, null)]
    [InlineData("host=/run/postgresql dbname=app", "/run/postgresql", 5432, "app", null, null)]
    [InlineData("Host=db.test;Database=app;Username=me", "db.test", 5432, "app", "me", null)]
    [InlineData("Server=db.test;Port=5433;User Id=me;Pwd=\"a;b\";Database=app;SSL Mode=Require", "db.test", 5433, "app", "me", "a;b")]
    public void Every_form_that_people_have_is_read(string text, string? host, int port, string? database, string? user, string? password)
    {
        Assert.True(ConnectionText.TryParse(text, out var builder, out var error), error);
        Assert.Equal((host, port, database, user, password), (builder.Host, builder.Port, builder.Database, builder.Username, builder.Password));
    }

    [Theory]
    [InlineData("postgres://me@a:5433,b:5434/app", "a:5433,b:5434", 5432)]
    [InlineData("postgres://me@a,b/app", "a,b", 5432)]
    [InlineData("postgres://me@[::1]:5433,b:5434/app", "[::1]:5433,b:5434", 5432)]
    [InlineData("host=a,b port=5433,5434 dbname=app", "a:5433,b:5434", 5432)]
    [InlineData("host=a,b port=5433 dbname=app", "a,b", 5433)]
    public async Task Several_hosts_stay_several(string text, string hosts, int port)
    {
        Assert.True(ConnectionText.TryParse(text + (text.Contains("://") ? "?" : " ") + "target_session_attrs=read-write", out var builder, out var error), error);
        Assert.Equal((hosts, port, "read-write"), (builder.Host, builder.Port, builder.TargetSessionAttributes));
        // Npgsql itself takes it.
        await using var source = NpgsqlDataSource.Create(builder.ConnectionString);
        Assert.IsType<NpgsqlMultiHostDataSource>(source);
    }

    [Theory]
    [InlineData("postgres://db/app?sslmode=verify-full&application_name=x&connect_timeout=3&pool_size=10", "VerifyFull")]
    [InlineData("postgres://db/app?sslmode=disable", "Disable")]
    [InlineData("postgres://db/app?sslmode=no-verify", "Require")]
    [InlineData("postgres://db/app?ssl=true", "Require")]
    [InlineData("postgres://db/app?ssl=false", "Disable")]
    [InlineData("postgres://db/app?sslrootcert=system", "VerifyFull")]
    [InlineData("postgres://db/app?sslmode=require&sslaccept=strict", "VerifyFull")]
    // As libpq has it: with a root certificate, require looks at the chain; of the system's authorities only the name is proof.
    [InlineData("postgres://db/app?sslmode=require&sslrootcert=/etc/ca.pem", "VerifyCA")]
    [InlineData("host=db sslmode=require sslrootcert=/etc/ca.pem dbname=app", "VerifyCA")]
    [InlineData("postgres://db/app?ssl=true&sslrootcert=/etc/ca.pem", "VerifyCA")]
    [InlineData("postgres://db/app?sslmode=prefer&sslrootcert=/etc/ca.pem", "Prefer")]
    [InlineData("postgres://db/app?sslmode=no-verify&sslrootcert=/etc/ca.pem", "Require")]
    [InlineData("postgres://db/app?sslmode=verify-full&sslrootcert=/etc/ca.pem", "VerifyFull")]
    [InlineData("postgres://db/app?sslmode=verify-full&sslrootcert=system", "VerifyFull")]
    [InlineData("postgres://db/app?sslmode=&sslrootcert=system", "VerifyFull")]
    [InlineData("postgres://db/app?ssl=true&sslrootcert=system", "VerifyFull")]
    [InlineData("postgres://db/app?sslaccept=strict", "VerifyFull")]
    [InlineData("postgres://db/app?sslmode=prefer&sslaccept=strict", "VerifyFull")]
    [InlineData("postgres://db/app?sslmode=require&sslaccept=accept_invalid_certs", "Require")]
    [InlineData("postgres://db/app?sslmode=disable&sslaccept=strict", "Disable")]
    [InlineData("Host=db;SslMode=Require;Root Certificate=/etc/ca.pem", "Require")]
    [InlineData("host=db sslmode=verify-ca dbname=app", "VerifyCA")]
    [InlineData("Host=db;SslMode=VerifyFull", "VerifyFull")]
    public void How_safely_is_translated(string text, string mode)
    {
        Assert.True(ConnectionText.TryParse(text, out var builder, out var error), error);
        Assert.Equal(mode, builder.SslMode.ToString());
    }

    [Theory]
    [InlineData("require")]
    [InlineData("prefer")]
    [InlineData("disable")]
    [InlineData("verify-ca")]
    public void The_systems_authorities_without_a_look_at_the_name_are_refused(string mode)
    {
        Assert.False(ConnectionText.TryParse($"host=db dbname=app sslrootcert=system sslmode={mode}", out _, out var error));
        Assert.Contains("set sslmode to verify-full", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Prismas_certificate_is_the_authoritys_and_its_identity_ours()
    {
        Assert.True(ConnectionText.TryParse("postgres://db/app?sslaccept=strict&sslcert=ca.pem&sslidentity=me.p12&sslpassword=pw", out var builder, out var error), error);
        Assert.Equal((SslMode.VerifyFull, "ca.pem", "me.p12", "pw"), (builder.SslMode, builder.RootCertificate, builder.SslCertificate, builder.SslPassword));
    }

    [Fact]
    public void What_a_hosted_Postgres_shows_is_understood_whole()
    {
        Assert.True(ConnectionText.TryParse(
            "postgresql://me:npg_pw@ep-cool-1.eu.example.test/app?sslmode=require&channel_binding=require&options=endpoint%3Dep-cool-1&sslrootcert=/etc/ca.pem&connect_timeout=10&application_name=mine",
            out var builder, out var error), error);
        Assert.Equal(
            (SslMode.VerifyCA, ChannelBinding.Require, "endpoint=ep-cool-1", "/etc/ca.pem", 10, "mine"),
            (builder.SslMode, builder.ChannelBinding, builder.Options, builder.RootCertificate, builder.Timeout, builder.ApplicationName));
    }

    [Fact]
    public void With_one_host_there_is_nothing_to_choose_from()
    {
        Assert.True(ConnectionText.TryParse("postgres://db/app?target_session_attrs=read-write", out var builder, out _));
        Assert.Null(builder.TargetSessionAttributes);
    }

    [Theory]
    [InlineData("postgres://me:hush@db/app?nonsense=hush", "has the parameter nonsense, which is not understood here; leave it out, or correct its name")]
    [InlineData("Host=db;Password=hush;Nonsense=hush", "has the parameter nonsense, which is not understood here; leave it out, or correct its name")]
    [InlineData("host=db password=hush nonsense=hush", "has the parameter nonsense, which is not understood here; leave it out, or correct its name")]
    [InlineData("postgres://me:hush@db/app?sslmode=hush", "has the parameter sslmode with a value that can't be used; it can be disable, allow, prefer, require, verify-ca or verify-full")]
    [InlineData("postgres://me:hush@db/app?channel_binding=hush", "has the parameter channel_binding with a value that can't be used; it can be disable, prefer or require")]
    [InlineData("postgres://me:hush@db/app?connect_timeout=hush", "has the parameter connect_timeout with a value that can't be used")]
    [InlineData("Host=db;Password=hush;Timeout=hush", "has the parameter timeout with a value that can't be used")]
    [InlineData("postgres://me:hush@db/app?target_session_attrs=hush", "has the parameter target_session_attrs with a value that can't be used; it can be any, primary, standby, prefer-standby, read-write or read-only")]
    [InlineData("postgres://me:hush@db/app?sslcrl=/hush", "has the parameter sslcrl, which is not understood here; leave it out")]
    [InlineData("service=hush", "has the parameter service, which is not understood here; write the host, the database and the user themselves")]
    [InlineData("host=db hostaddr=10.0.0.1 password=hush", "has the parameter hostaddr, which is not understood here; beside host it says the same place twice: leave one of them out")]
    [InlineData("host=a,b,c port=1,2 password=hush", "has 3 hosts and 2 ports; give one port for all, or one for each")]
    [InlineData("postgres://me:hu/sh@db/app", "has a '/', '?' or '#' in its user name or password; write them as %2F, %3F and %23")]
    [InlineData("postgres://me:hu#sh@db/app", "has a '/', '?' or '#' in its user name or password; write them as %2F, %3F and %23")]
    [InlineData("postgres://me:hush@db:notaport/app", "is not a URL of the form postgres://user@host:port/database: its port is not a number, or its password has a character that must be encoded")]
    [InlineData("postgres://me@db/app?password=hu&sh", "has something behind its '?' that is no parameter such as sslmode=require")]
    [InlineData("mysql://me:hush@db/app", "has the scheme 'mysql', which is not one of Postgres; write it as postgres://user@host:port/database")]
    [InlineData("prisma+postgres://accelerate.example.test/?api_key=hush", "leads to Prisma's own service, which is no Postgres server; give the database's own URL, Prisma's directUrl")]
    [InlineData("host=db password='hush", "has a single quote that is not closed")]
    [InlineData("hush", "is not a connection string; write it as Host=…;Database=…;Username=… or postgres://user@host:port/database")]
    [InlineData(" ", "is empty")]
    public void An_error_names_one_parameter_and_never_a_value(string text, string expected)
    {
        Assert.False(ConnectionText.TryParse(text, out _, out var error));
        Assert.Equal(expected, error);
        Assert.DoesNotContain("hush", error);
    }

    [Fact]
    public async Task The_store_and_the_library_open_what_a_person_types()
    {
        await using var database = await TestDatabase.CreateAsync();
        var known = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        foreach (var text in new[]
        {
            $"host='{known.Host}' port={known.Port} dbname='{known.Database}' user='{known.Username}' password='{known.Password}' options='-c search_path=pg_catalog' connect_timeout=0",
            $"postgresql+asyncpg://{known.Username}:{Uri.EscapeDataString(known.Password ?? "")}@{Uri.EscapeDataString(known.Host!)}:{known.Port}/{known.Database}?pgbouncer=true&connection_limit=2",
        })
        {
            await using var store = StoreDatabase.Create(text);
            await using var command = store.CreateCommand("select current_database()");
            Assert.Equal(known.Database, await command.ExecuteScalarAsync());
        }
    }
}
