using System.Globalization;
using JobLineage.Dashboard.Demo.Oban;

namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>Jobs with neither parent nor child: what a busy queue is full of.</summary>
internal static class Singles
{
    public static NewObanJob NewEmail(int number, Dice dice) =>
        new(WorkerNames.Email, "emails", new { n = number, to = Address(number, dice) })
        {
            Priority = 1 + dice.Next(3),
            Tags = ["email", "invite"],
        };

    /// <summary>A parent of null or of a word names nobody: still a single.</summary>
    public static NewObanJob NewUnsplash(Dice dice) =>
        new(WorkerNames.Unsplash, "default", new { why = dice.OneIn(2) ? "nightly" : "null parent" })
        {
            Meta = dice.OneIn(2) ? new { parent_job_id = (string?)null } : new { parent_job_id = (string?)"manual" },
        };

    public static NewObanJob NewSitemap() => new(WorkerNames.Sitemap, "maintenance", new { kind = "scheduled" });

    public static Performance Email(ObanJob job, Dice dice)
    {
        var takes = dice.Seconds(0.2, 0.9);
        Outcome outcome = dice.Next(40) switch
        {
            0 => new Outcome.Failed(
                Errors.Perform(job.Worker, "{:error, {:resend_error, 422, %{\"message\" => \"Invalid `to` field.\"}}}"), TimeSpan.FromSeconds(8)),
            1 => new Outcome.Cancelled(Errors.Perform(job.Worker, "{:cancel, :user_unsubscribed}")),
            _ => new Outcome.Completed(),
        };
        return new Performance(takes, outcome);
    }

    private static string Address(int number, Dice dice) => dice.OneIn(60)
        ? "\"<script>alert('to')</script>\"@example.org\r\nBcc: everyone@example.org"
        : string.Create(CultureInfo.InvariantCulture, $"user{number}@example.org");
}
