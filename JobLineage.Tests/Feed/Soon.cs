using System.Data.Common;

namespace JobLineage.Tests.Feed;

/// <summary>Waits for what must come true by itself.</summary>
internal static class Soon
{
    /// <summary>Asks until it is true; what fails meanwhile (a database that is away) is asked again.</summary>
    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        Exception? last = null;
        while (!limit.IsCancellationRequested)
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (Exception e) when (e is DbException or HttpRequestException)
            {
                last = e;
            }

            await Task.Delay(20);
        }

        Assert.Fail($"It did not come true. {last?.Message}");
    }
}
