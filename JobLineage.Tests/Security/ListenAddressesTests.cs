using JobLineage.Dashboard.Hosting;
using JobLineage.Dashboard.Security;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Tests.Security;

public class ListenAddressesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.8.8.8:80")]
    [InlineData("http://localhost:5080")]
    [InlineData("https://LOCALHOST:5081")]
    [InlineData("http://[::1]:5080")]
    [InlineData("http://[::ffff:127.0.0.1]:5080")]
    [InlineData("http://unix:/run/joblineage.sock")]
    [InlineData("http://127.0.0.1:1;http://[::1]:2")]
    public void These_can_be_reached_from_this_machine_only(string urls) => Assert.True(Read(("urls", urls)).AreLocal);

    [Theory]
    [InlineData("http://*:80")]
    [InlineData("http://+:80")]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://[::]:5080")]
    [InlineData("http://192.168.1.7:5080")]
    [InlineData("http://[fe80::1]:5080")]
    [InlineData("http://[::ffff:10.0.0.1]:5080")]
    [InlineData("http://dashboard.example.com")]
    [InlineData("http://localhost.example.com:80")]
    [InlineData("http://127.0.0.1.example.com:80")]
    [InlineData("http://localhost.:80")]
    [InlineData("http://127.0.0.1:5080;http://0.0.0.0:5081")]
    public void These_can_be_reached_from_other_machines(string urls) => Assert.False(Read(("urls", urls)).AreLocal);

    [Fact]
    public void Without_any_setting_it_is_loopback()
    {
        var addresses = Read();

        Assert.Equal("http://127.0.0.1:5080", addresses.Urls);
        Assert.True(addresses.AreLoopback);
    }

    [Theory]
    [InlineData("http_ports", "8080", "http://*:8080")]
    [InlineData("https_ports", "8443;8444", "https://*:8443;https://*:8444")]
    public void Ports_as_container_images_set_them_mean_all_addresses(string key, string value, string urls)
    {
        var addresses = Read((key, value));

        Assert.Equal(urls, addresses.Urls);
        Assert.False(addresses.AreLocal);
    }

    [Fact]
    public void Urls_go_before_ports() =>
        Assert.True(Read(("urls", "http://127.0.0.1:5080"), ("http_ports", "8080")).AreLocal);

    [Fact]
    public void Endpoints_of_Kestrel_count()
    {
        var addresses = Read(("urls", "http://127.0.0.1:5080"), ("Kestrel:Endpoints:Open:Url", "http://*:9000"));

        Assert.False(addresses.AreLocal);
        Assert.True(addresses.AreEndpoints);
        Assert.Equal("Kestrel:Endpoints:Open:Url", addresses.All[0].Key);
    }

    [Fact]
    public void A_socket_is_local_but_no_browser_reaches_it()
    {
        var addresses = Read(("urls", "http://unix:/run/joblineage.sock"));

        Assert.True(addresses.AreLocal);
        Assert.False(addresses.AreLoopback);
    }

    [Theory]
    [InlineData("127.0.0.1:5080")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://127.0.0.1:5080/jobs")]
    [InlineData("nonsense")]
    public void An_address_that_is_none_is_an_error_that_names_the_key(string url)
    {
        var errors = new ConfigurationErrors();
        ListenAddresses.Read(Configuration([("urls", url)]), errors);

        Assert.Equal([$"urls holds '{url}', which is no address like http://127.0.0.1:5080."], errors.Sentences);
    }

    private static ListenAddresses Read(params (string Key, string Value)[] settings)
    {
        var errors = new ConfigurationErrors();
        var addresses = ListenAddresses.Read(Configuration(settings), errors);
        Assert.Empty(errors.Sentences);
        return addresses;
    }

    private static IConfiguration Configuration((string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
}
