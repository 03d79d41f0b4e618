using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using JobLineage.Core.Postgres;
using JobLineage.Core.Store;
using JobLineage.Tests.Support;
using Npgsql;

namespace JobLineage.Tests.Store;

/// <summary>A store behind pgbouncer: refused by name, or works.</summary>
public sealed class PoolerTests : IAsyncLifetime
{
    private TestDatabase database = null!;

    public async Task InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Theory]
    [InlineData("transaction", false)]
    [InlineData("transaction", true)]
    [InlineData("statement", true)]
    [InlineData("session", false)]
    public async Task A_store_that_can_not_be_kept_through_a_pooler_is_refused_by_name(string mode, bool takesOptions)
    {
        await using var pooler = await Pgbouncer.StartAsync(database, mode, takesOptions);
        await using var store = StoreDatabase.Create(pooler.ConnectionString);
        var refused = await Assert.ThrowsAsync<StoreException>(() => StoreGate.EnterAsync(store, null, default));
        Assert.StartsWith("ConnectionStrings:Store leads to a connection pooler", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from pg_namespace where nspname = 'job_lineage'"));
    }

    [Fact]
    public async Task A_pooler_that_keeps_sessions_whole_is_as_good_as_none()
    {
        await using var pooler = await Pgbouncer.StartAsync(database, "session", takesOptions: true);
        await using var store = StoreDatabase.Create(pooler.ConnectionString);
        Assert.True(await StoreGate.EnterAsync(store, null, default) > 0);
        await using var first = await LeaseMember.OpenAsync(store, "first", default);
        await first.RenewAsync([], [], default);
        Assert.Equal(["a"], await first.TakeAsync(["a"], default));
        await using var second = await LeaseMember.OpenAsync(store, "second", default);
        var view = await second.RenewAsync([], [], default);
        Assert.Contains(view.Alive, p => p.Id == first.Id);
        Assert.Empty(await second.TakeAsync(["a"], default));
    }

    /// <summary>A pgbouncer of its own, before the server of the tests.</summary>
    private sealed class Pgbouncer : IAsyncDisposable
    {
        private static readonly string[] Places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"];

        private readonly TempFolder folder;
        private readonly Process process;

        private Pgbouncer(TempFolder folder, Process process, string connection) => (this.folder, this.process, ConnectionString) = (folder, process, connection);

        public string ConnectionString { get; }

        public static async Task<Pgbouncer> StartAsync(TestDatabase database, string mode, bool takesOptions)
        {
            var program = Places.FirstOrDefault(File.Exists);
            Assert.True(program is not null, "pgbouncer is not installed: run ./test.sh, which installs it, or install it by hand.");
            var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            var port = FreePort();
            var folder = new TempFolder();
            await File.WriteAllTextAsync(folder.Below("pgbouncer.ini"), string.Create(CultureInfo.InvariantCulture, $"""
                [databases]
                * = host={server.Host} port={server.Port} user={server.Username} password={server.Password}
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {port}
                unix_socket_dir =
                auth_type = any
                pool_mode = {mode}
                default_pool_size = 10
                {(takesOptions ? "ignore_startup_parameters = options,extra_float_digits" : "")}
                """));
            // It refuses to run as root.
            string[] command = Environment.IsPrivilegedProcess
                ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program!, folder.Below("pgbouncer.ini")]
                : [program!, folder.Below("pgbouncer.ini")];
            var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true };
            var process = Process.Start(start)!;
            _ = process.StandardError.ReadToEndAsync();
            _ = process.StandardOutput.ReadToEndAsync();
            var connection = new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = port,
                Database = server.Database,
                Username = server.Username,
                Password = "any",
                SslMode = SslMode.Disable,
            };
            for (var attempt = 0; attempt < 600 && !process.HasExited; attempt++)
            {
                try
                {
                    using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await socket.ConnectAsync(IPAddress.Loopback, port);
                    return new(folder, process, connection.ConnectionString);
                }
                catch (SocketException)
                {
                    await Task.Delay(50);
                }
            }

            throw new InvalidOperationException("pgbouncer did not start.");
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            folder.Dispose();
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
