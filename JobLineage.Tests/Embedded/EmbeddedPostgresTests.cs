using System.Globalization;
using System.Runtime.Versioning;
using Dapper;
using JobLineage.Core.Embedded;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Tests.Embedded;

/// <summary>Starting, stopping and refusing, in this process; how other programs end is in <see cref="EndOfProgramTests"/>.</summary>
[Takes(40)]
[UnsupportedOSPlatform("windows")]
public sealed class EmbeddedPostgresTests(MadeCluster made) : IClassFixture<MadeCluster>
{
    [Fact]
    public async Task It_starts_takes_connections_and_leaves_no_process_behind()
    {
        using var folder = new TempFolder();
        int pid;
        await using (var postgres = await StartAsync(folder.Path))
        {
            pid = Cluster.Pid(folder.Path);
            Assert.Equal("joblineage", await ScalarAsync<string>(postgres.ConnectionString, "select current_database()"));
            Assert.Equal("scram-sha-256", await ScalarAsync<string>(postgres.ConnectionString, "show password_encryption"));
            Assert.Equal("on", await ScalarAsync<string>(postgres.ConnectionString, "show fsync"));
            Assert.Equal("127.0.0.1", await ScalarAsync<string>(postgres.ConnectionString, "show listen_addresses"));
            Assert.True(PostmasterFile.IsServerOf(pid, Cluster.Data(folder.Path)));

            var other = await postgres.CreateDatabaseAsync("odd \"name\"");
            Assert.Equal(other, await postgres.CreateDatabaseAsync("odd \"name\""));
            Assert.Equal("odd \"name\"", await ScalarAsync<string>(other, "select current_database()"));
        }

        Assert.False(PostmasterFile.IsServerOf(pid, Cluster.Data(folder.Path)));
        Assert.False(File.Exists(Path.Combine(Cluster.Data(folder.Path), "postmaster.pid")));
    }

    [Fact]
    public async Task What_was_written_is_there_after_a_restart()
    {
        using var folder = await made.CopyAsync();
        await using (var postgres = await StartAsync(folder.Path))
            await ScalarAsync<int>(postgres.ConnectionString, "create table t as select 7 as seven");

        await using (var postgres = await StartAsync(folder.Path))
            Assert.Equal(7, await ScalarAsync<int>(postgres.ConnectionString, "select seven from t"));
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("INT")]
    public async Task A_server_that_dies_is_started_again_at_its_port_with_what_was_written(string signal)
    {
        using var folder = await made.CopyAsync();
        await using var postgres = await StartAsync(folder.Path);
        await ScalarAsync<int>(postgres.ConnectionString, "create table t as select 7 as seven");
        for (var death = 0; death < 2; death++)
        {
            var pid = Cluster.Pid(folder.Path);
            using (var kill = System.Diagnostics.Process.Start("kill", ["-" + signal, $"{pid}"]))
                await kill.WaitForExitAsync();
            await Feed.Soon.IsTrueAsync(async () => !PostmasterFile.IsServerOf(pid, Cluster.Data(folder.Path))
                && await ScalarAsync<int>(postgres.ConnectionString + ";Pooling=false", "select seven from t") == 7);
        }
    }

    [Fact]
    public async Task The_password_is_needed_and_its_file_is_for_the_owner_alone()
    {
        using var folder = new TempFolder();
        await using var postgres = await StartAsync(folder.Path);

        var passwordFile = Path.Combine(folder.Path, "postgres", "password");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(passwordFile));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(folder.Path, "postgres", "cluster")) & (UnixFileMode)0b000_111_111);
        var wrong = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Password = "wrong", Pooling = false }.ConnectionString;
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync<int>(wrong, "select 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task A_second_one_on_the_same_folder_is_refused_by_name_and_pid_and_does_no_harm()
    {
        using var folder = await made.CopyAsync();
        await using var postgres = await StartAsync(folder.Path);

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(folder.Path));

        Assert.Equal(EmbeddedPostgresFailure.InUse, refused.Failure);
        Assert.Equal(
            $"The data directory {folder.Path} is in use by another Job Lineage (process {Environment.ProcessId}): stop that one, or set JobLineage:DataDirectory to another folder.",
            refused.Message);
        Assert.Equal(1, await ScalarAsync<int>(postgres.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_cluster_of_another_version_is_refused_with_both_versions_named()
    {
        using var folder = await made.CopyAsync();
        await (await StartAsync(folder.Path)).DisposeAsync();
        var versionFile = Path.Combine(Cluster.Data(folder.Path), "PG_VERSION");
        var installed = (await File.ReadAllTextAsync(versionFile)).Trim();
        await File.WriteAllTextAsync(versionFile, "9\n");

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync(folder.Path));

        Assert.Equal(EmbeddedPostgresFailure.VersionMismatch, refused.Failure);
        Assert.Contains("was made by PostgreSQL 9 and installed is " + installed, refused.Message);
    }

    [Fact]
    public async Task A_failed_start_is_told_in_a_sentence_and_the_servers_own_last_words()
    {
        using var folder = new TempFolder();
        var broken = new EmbeddedPostgresOptions { DataDirectory = folder.Path, Settings = new Dictionary<string, string> { ["shared_buffers"] = "a lot" } };

        var failed = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => EmbeddedPostgres.StartAsync(broken, NullLogger.Instance, CancellationToken.None));

        Assert.Equal(EmbeddedPostgresFailure.ServerFailed, failed.Failure);
        Assert.StartsWith("PostgreSQL did not start in " + Cluster.Data(folder.Path), failed.Message);
        Assert.Contains("invalid value for parameter \"shared_buffers\": \"a lot\"", failed.Message);

        await using var mended = await StartAsync(folder.Path);
        Assert.Equal(1, await ScalarAsync<int>(mended.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_folder_without_a_server_is_named()
    {
        using var folder = await made.CopyAsync();
        var options = new EmbeddedPostgresOptions { DataDirectory = folder.Path, BinDirectory = "/nowhere" };

        var failed = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None));

        Assert.Equal(EmbeddedPostgresFailure.BinariesMissing, failed.Failure);
        Assert.Equal("/nowhere holds no PostgreSQL server: initdb, pg_ctl and postgres are expected there.", failed.Message);
        await (await StartAsync(folder.Path)).DisposeAsync();
    }

    [Fact]
    public async Task A_pid_file_that_names_a_stranger_does_not_keep_it_from_starting()
    {
        using var folder = await made.CopyAsync();
        await (await StartAsync(folder.Path)).DisposeAsync();
        var pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(Path.Combine(Cluster.Data(folder.Path), "postmaster.pid"), $"{pid}\n{Cluster.Data(folder.Path)}\n");

        await using var postgres = await StartAsync(folder.Path);

        Assert.Equal(1, await ScalarAsync<int>(postgres.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_killed_server_recovers_what_was_committed()
    {
        using var folder = await made.CopyAsync();
        await using (var postgres = await StartAsync(folder.Path))
        {
            await ScalarAsync<int>(postgres.ConnectionString, "create table t as select 7 as seven");
            using var postmaster = System.Diagnostics.Process.GetProcessById(Cluster.Pid(folder.Path));
            postmaster.Kill();
            await postmaster.WaitForExitAsync();
        }

        await using var again = await StartAsync(folder.Path);

        Assert.Equal(7, await ScalarAsync<int>(again.ConnectionString, "select seven from t"));
    }

    private static Task<EmbeddedPostgres> StartAsync(string folder) => EmbeddedPostgres.StartAsync(
        new EmbeddedPostgresOptions { DataDirectory = folder }, NullLogger.Instance, CancellationToken.None);

    private static async Task<T?> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return await connection.ExecuteScalarAsync<T>(sql);
    }
}
