using System.Net;
using JobLineage.Dashboard.Api;
using JobLineage.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace JobLineage.Tests.Api;

/// <summary>What one client may take.</summary>
public sealed class PlacesTests
{
    [Fact]
    public async Task One_client_takes_so_many_streams_and_leaves_the_rest_to_others()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var places = dashboard.Services.GetRequiredService<EventPlaces>();
        var taken = Enumerable.Range(0, EventPlaces.PerClient).Select(_ => places.Take("127.0.0.1").Place!).ToList();

        var answer = await dashboard.Browser.GetAsync("/api/v1/runs/oban/10/events");
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains("for one client", await answer.Content.ReadAsStringAsync());
        Assert.NotNull(places.Take("203.0.113.9").Place);

        taken[0].Dispose();
        taken[0].Dispose();
        Assert.Equal(EventPlaces.PerClient, places.Taken);
        using var stream = await dashboard.Browser.GetAsync("/api/v1/runs/oban/10/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
    }

    [Fact]
    public async Task Inferences_of_one_client_are_limited_and_given_back()
    {
        await using var dashboard = await TestDashboard.StartAsync();
        var places = dashboard.Services.GetRequiredService<InferPlaces>();
        var taken = Enumerable.Range(0, InferPlaces.PerClient).Select(_ => places.Take("127.0.0.1").Place!).ToList();

        Assert.Equal(HttpStatusCode.TooManyRequests, (await dashboard.Browser.GetAsync("/api/v1/infer/oban/10")).StatusCode);

        taken.ForEach(place => place.Dispose());
        Assert.NotEqual(HttpStatusCode.TooManyRequests, (await dashboard.Browser.GetAsync("/api/v1/infer/oban/10")).StatusCode);
        Assert.Equal(0, places.Taken);
    }
}
