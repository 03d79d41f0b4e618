using System.Runtime.Versioning;
using Dapper;
using JobLineage.Core.Embedded;
using JobLineage.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace JobLineage.Tests.Embedded;

/// <summary>However a program ends, its Postgres ends with it, or with the next start.</summary>
[Takes(60)]
[UnsupportedOSPlatform("windows")]
public sealed class EndOfProgramTests(MadeCluster made) : IClassFixture<MadeCluster>
{
    [Fact]
    public async Task The_server_ends_with_the_program()
    {
        using var folder = await made.CopyAsync();
        using var program = await OtherProgram.StartAsync(folder.Path);
        var server = Cluster.Pid(folder.Path);

        await program.EndAsync();

        Assert.False(Cluster.Runs(server, folder.Path));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("INT")]
    public async Task The_server_ends_with_a_program_that_is_told_to_end(string signal)
    {
        using var folder = await made.CopyAsync();
        // A shell that runs the tests in the background has told its children to pass over SIGINT.
        using var program = await OtherProgram.StartAsync(folder.Path, ["env", "--default-signal"]);
        var server = Cluster.Pid(folder.Path);

        await program.SignalAsync(signal);

        Assert.False(Cluster.Runs(server, folder.Path));
    }

    [Fact]
    public async Task A_server_that_outlived_a_killed_program_is_replaced_with_nothing_lost()
    {
        using var folder = await made.CopyAsync();
        using var program = await OtherProgram.StartAsync(folder.Path);
        var orphan = Cluster.Pid(folder.Path);
        await using (var connection = new NpgsqlConnection(program.Answer + ";Pooling=false"))
            await connection.ExecuteAsync("create table t as select 7 as seven");
        await program.SignalAsync("KILL");
        Assert.True(Cluster.Runs(orphan, folder.Path));

        await using (var postgres = await StartAsync(folder.Path))
        {
            Assert.False(Cluster.Runs(orphan, folder.Path));
            await using var connection = new NpgsqlConnection(postgres.ConnectionString);
            Assert.Equal(7, await connection.ExecuteScalarAsync<int>("select seven from t"));
        }
    }

    [Fact]
    public async Task A_program_and_its_server_that_were_both_killed_come_back()
    {
        using var folder = await made.CopyAsync();
        using var program = await OtherProgram.StartAsync(folder.Path);
        var server = Cluster.Pid(folder.Path);
        await program.SignalAsync("KILL");
        System.Diagnostics.Process.GetProcessById(server).Kill();

        await using var postgres = await StartAsync(folder.Path);

        Assert.NotEqual(server, Cluster.Pid(folder.Path));
    }

    [Fact]
    public async Task Another_programs_folder_is_refused_with_that_programs_pid()
    {
        using var folder = await made.CopyAsync();
        await using var postgres = await StartAsync(folder.Path);

        using var program = await OtherProgram.StartAsync(folder.Path);

        Assert.StartsWith($"The data directory {folder.Path} is in use by another Job Lineage (process {Environment.ProcessId})", program.Answer);
    }

    [Fact]
    public async Task It_runs_for_a_user_who_is_not_root()
    {
        using var folder = new TempFolder();
        using var copy = new TempFolder();
        OtherProgram.CopyTo(copy.Path);
        // Not root already: then this user is the one that is meant.
        string[] asNobody = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];

        using var program = await OtherProgram.StartAsync(folder.Path, asNobody, copy.Path);

        await using (var connection = new NpgsqlConnection(program.Answer + ";Pooling=false"))
            Assert.Equal("joblineage", await connection.ExecuteScalarAsync<string>("select current_user"));
        await program.EndAsync();
        Assert.False(File.Exists(Path.Combine(Cluster.Data(folder.Path), "postmaster.pid")));
    }

    [Fact]
    public async Task Roots_closed_folder_gets_its_cluster_in_a_place_that_the_servers_user_can_reach()
    {
        using var folder = new TempFolder();
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var data = folder.Below("data");

        for (var start = 0; start < 2; start++)
        {
            await using var postgres = await StartAsync(data);
            await using var connection = new NpgsqlConnection(postgres.ConnectionString);
            await connection.ExecuteAsync(start == 0 ? "create table t as select 7 as seven" : "select seven from t");
        }

        var location = Path.Combine(data, "postgres", "location");
        Assert.Equal(Environment.IsPrivilegedProcess, File.Exists(location));
        if (File.Exists(location))
            Directory.Delete((await File.ReadAllTextAsync(location)).Trim(), recursive: true);
    }

    [Fact]
    public async Task A_data_directory_that_is_not_there_yet_gets_its_cluster_below_it_whoever_runs_the_program()
    {
        using var folder = new TempFolder();
        // As the program does: the options are read, and make the directory, before the server starts.
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { [Dashboard.Hosting.DashboardOptions.DataDirectoryKey] = folder.Below("data") }).Build();
        var options = Dashboard.Hosting.DashboardOptions.Read(configuration, folder.Path, new());

        await using var postgres = await StartAsync(options.DataDirectory);

        Assert.False(File.Exists(Path.Combine(options.DataDirectory, "postgres", "location")));
        Assert.True(File.Exists(Path.Combine(Cluster.Data(options.DataDirectory), "PG_VERSION")));
        // Others may pass through it to the cluster, and see nothing on the way.
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(options.DataDirectory) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
    }

    private static Task<EmbeddedPostgres> StartAsync(string folder) => EmbeddedPostgres.StartAsync(
        new EmbeddedPostgresOptions { DataDirectory = folder }, NullLogger.Instance, CancellationToken.None);
}
