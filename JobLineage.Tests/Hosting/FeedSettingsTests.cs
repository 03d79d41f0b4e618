using JobLineage.Core.Feed;
using JobLineage.Dashboard.Hosting;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Hosting;

public sealed class FeedSettingsTests
{
    [Fact]
    public void What_is_not_said_is_as_the_product_has_it()
    {
        Assert.Equal((new FeedOptions(), 0), Read());
        var (options, errors) = Read(("ReconcileInterval", "00:00:20"), ("sweepinterval", "00:01:00"));
        Assert.Equal(new FeedOptions { ReconcileInterval = TimeSpan.FromSeconds(20), SweepInterval = TimeSpan.FromMinutes(1) }, options);
        Assert.Equal(0, errors);
    }

    [Theory]
    [InlineData("ReconcileInterval", "10", "JobLineage:Feed:ReconcileInterval is '10'; write a duration of at least a second, such as 00:10:00.")]
    [InlineData("SweepInterval", "00:00:00", "JobLineage:Feed:SweepInterval is '00:00:00'; write a duration of at least a second, such as 00:10:00.")]
    public void What_is_wrong_is_said_by_name(string key, string value, string sentence)
    {
        var errors = new ConfigurationErrors();
        FeedSettings.Read(Configuration((key, value)), errors);
        Assert.Contains(sentence, Assert.Single(errors.Sentences));
    }

    [Fact]
    public void A_key_that_nobody_reads_is_named_with_what_was_meant()
    {
        var errors = new ConfigurationErrors();
        FeedSettings.Read(Configuration(("ReconcileIntervall", "00:10:00")), errors);
        errors.AddRange(ConfigurationKeys.Misspelt(Configuration(("ReconcileIntervall", "00:10:00"))));
        Assert.Equal(["JobLineage:Feed:ReconcileIntervall is not a known key; did you mean ReconcileInterval?"], errors.Sentences);
    }

    private static (FeedOptions Options, int Errors) Read(params (string Key, string Value)[] settings)
    {
        var errors = new ConfigurationErrors();
        return (FeedSettings.Read(Configuration(settings), errors), errors.Sentences.Count);
    }

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"{FeedSettings.Section}:{s.Key}", (string?)s.Value)))
        .Build();
}
