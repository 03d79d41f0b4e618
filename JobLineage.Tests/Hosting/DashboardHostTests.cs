using System.Net;
using JobLineage.Dashboard.Hosting;
using JobLineage.Dashboard.Security;
using JobLineage.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace JobLineage.Tests.Hosting;

public class DashboardHostTests
{
    [Fact]
    public void All_errors_of_all_parts_are_reported_together_each_naming_its_key()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Below("file"), "");

        var error = Assert.Throws<ConfigurationException>(() => TestDashboard.Build(
            folder,
            "http://*:8080;nonsense",
            [
                (AccessRules.PasswordKey, "short"),
                (AccessRules.ApiTokenKey, "short"),
                (DashboardOptions.DataDirectoryKey, folder.Below("file")),
            ],
            more: setup => setup.Errors.Add("JobLineage:Sources:oban:Preset", "names no preset")));

        Assert.Collection(
            error.Sentences,
            s => Assert.StartsWith("urls holds 'nonsense'", s),
            s => Assert.StartsWith("JobLineage:Access:Password must", s),
            s => Assert.StartsWith("JobLineage:Access:ApiToken must", s),
            s => Assert.StartsWith("JobLineage:DataDirectory must", s),
            s => Assert.Equal("JobLineage:Sources:oban:Preset names no preset.", s));
    }

    [Fact]
    public void A_service_that_lacks_another_is_found_before_anything_listens()
    {
        using var folder = new TempFolder();

        Assert.Throws<AggregateException>(() => TestDashboard.Build(
            folder, "http://127.0.0.1:0", [], more: setup => setup.Builder.Services.AddSingleton<Incomplete>()));
    }

    [Fact]
    public void A_dashboard_without_a_store_is_refused()
    {
        using var folder = new TempFolder();
        var arguments = new DashboardArguments
        {
            Settings = new Dictionary<string, string?> { [DashboardOptions.DataDirectoryKey] = folder.Below("data") },
            CurrentDirectory = folder.Path,
        };

        Assert.Throws<InvalidOperationException>(() => DashboardHost.Build(arguments, _ => { }));
    }

    [Fact]
    public async Task Every_answer_confines_what_a_page_may_do()
    {
        await using var dashboard = await TestDashboard.StartAsync((AccessRules.PasswordKey, TestDashboard.Password));

        foreach (var path in new[] { "/login", "/api/v1/sources", "/healthz/live", "/" })
        {
            var answer = await dashboard.Browser.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'none'", policy);
            Assert.Contains("script-src 'self';", policy);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Opener-Policy")));
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
            Assert.Contains("microphone=()", Assert.Single(answer.Headers.GetValues("Permissions-Policy")));
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task Ready_says_why_it_is_not_and_live_stays_live()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        dashboard.Store.Failure = new NpgsqlException("Failed to connect to 10.1.2.3:5432");

        var ready = await dashboard.Browser.GetAsync("/healthz/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("""{"status":"unavailable","reasons":["The store does not answer."]}""", await ready.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await dashboard.Browser.GetAsync("/healthz/live")).StatusCode);
    }

    [Fact]
    public void The_current_directorys_settings_go_before_the_programs_and_the_command_line_before_both()
    {
        using var program = new TempFolder();
        using var current = new TempFolder();
        File.WriteAllText(program.Below("appsettings.json"), """{"A":"program","B":"program","C":"program"}""");
        File.WriteAllText(current.Below("appsettings.json"), """{"B":"current","C":"current"}""");

        var configuration = AppConfiguration.Build(new()
        {
            ContentRoot = program.Path,
            CurrentDirectory = current.Path,
            Settings = new Dictionary<string, string?> { ["C"] = "command line" },
        });

        Assert.Equal("program, current, command line", $"{configuration["A"]}, {configuration["B"]}, {configuration["C"]}");
    }

    [Fact]
    public void What_the_environment_says_in_ASPNETs_way_is_seen_before_a_host_is_there()
    {
        Environment.SetEnvironmentVariable("ASPNETCORE_JOBLINEAGE_TESTED", "seen");

        Assert.Equal("seen", AppConfiguration.Build(new())["JOBLINEAGE_TESTED"]);
    }

    [Fact]
    public void Sections_of_ones_own_hide_what_files_say_of_them()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Below("appsettings.json"), """
            { "JobLineage": { "Sources": { "production": { "Preset": "oban" } }, "Access": { "Password": "correct horse" } } }
            """);

        var configuration = AppConfiguration.Build(new()
        {
            ContentRoot = folder.Path,
            CurrentDirectory = folder.Path,
            OwnSections = ["JobLineage:Sources"],
            Settings = new Dictionary<string, string?> { ["JobLineage:Sources:demo:Preset"] = "oban" },
        });

        Assert.Equal(["demo"], configuration.GetSection("JobLineage:Sources").GetChildren().Select(s => s.Key));
        Assert.Equal("correct horse", configuration["JobLineage:Access:Password"]);
    }

    [Fact]
    public void A_broken_settings_file_is_named()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.Below("appsettings.json"), "{ \"A\": ");

        var error = Assert.Throws<ConfigurationException>(() => TestDashboard.Build(folder, null, []));

        var sentence = Assert.Single(error.Sentences);
        Assert.Contains(folder.Below("appsettings.json"), sentence);
        Assert.Contains("LineNumber", sentence);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080", "http://127.0.0.1:5080")]
    [InlineData("http://0.0.0.0:8080", "http://localhost:8080 (on all addresses of this machine)")]
    [InlineData("http://[::]:8080", "http://localhost:8080 (on all addresses of this machine)")]
    public void The_address_that_is_told_can_be_opened(string bound, string told) => Assert.Equal(told, DashboardRun.Displayed(bound));

    private sealed class Incomplete(IComparer<Uri> missing)
    {
        public IComparer<Uri> Missing => missing;
    }
}
