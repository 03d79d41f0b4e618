using System.Runtime.Versioning;
using JobLineage.Core.Embedded;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Embedded;

/// <summary>Who may use a data directory, and what is no question of that.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FileLockTests
{
    [Fact]
    public async Task A_brief_use_waits_for_the_one_before_it_and_not_for_ever()
    {
        using var folder = new TempFolder();
        using (await BriefUse.TakeAsync(folder.Path, default))
        {
            Assert.True(BriefUse.IsTaken(folder.Path));
            var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => BriefUse.TakeAsync(folder.Path, default, TimeSpan.Zero));
            Assert.Equal(EmbeddedPostgresFailure.InUse, refused.Failure);
            Assert.Contains("see whether it hangs", refused.Message, StringComparison.Ordinal);
        }

        Assert.False(BriefUse.IsTaken(folder.Path));
        (await BriefUse.TakeAsync(folder.Path, default, TimeSpan.Zero)).Dispose();
    }

    [Fact]
    public async Task A_file_that_can_not_be_made_is_not_taken_for_one_that_another_has()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Below("postgres"));
        foreach (var name in (string[])["brief", "lock"])
            File.CreateSymbolicLink(Path.Combine(folder.Below("postgres"), name), folder.Below("no/such/folder"));

        var brief = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => BriefUse.TakeAsync(folder.Path, default).WaitAsync(TimeSpan.FromMinutes(1)));
        var whole = Assert.Throws<EmbeddedPostgresException>(() => InstanceLock.Take(ClusterFolders.For(folder.Path)));

        Assert.All([brief, whole], e => Assert.Equal(EmbeddedPostgresFailure.DataDirectory, e.Failure));
        Assert.All([brief, whole], e => Assert.Contains("can't be made or locked", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_server_that_dies_again_and_again_is_started_less_and_less_often_until_it_has_lived_for_a_while()
    {
        var pace = new RestartPace();
        var (moment, whole) = (TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(2));
        double[] rests = [.. Enumerable.Range(0, 9).Select(_ => pace.Next(moment).TotalSeconds)];
        Assert.Equal([0, 1, 2, 4, 8, 16, 32, 60, 60], rests);
        // One that did not start at all is no healthy one.
        Assert.Equal(60, pace.Next(null).TotalSeconds);
        Assert.Equal(0, pace.Next(whole).TotalSeconds);
        Assert.Equal(1, pace.Next(moment).TotalSeconds);
    }
}
