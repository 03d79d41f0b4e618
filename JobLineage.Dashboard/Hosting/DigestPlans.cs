using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Says what is configured about digests, for pages. No secret comes this far.</summary>
internal static class DigestPlans
{
    private const int NamesShown = 3;

    /// <summary>The plan of these settings.</summary>
    public static DigestPlan Of(DigestSettings settings) => settings.Channel is not { } channel
        ? DigestPlan.None with { KeepFor = settings.KeepFor }
        : new()
        {
            Channel = channel,
            Target = Target(settings.ChannelOptions),
            Folder = (settings.ChannelOptions as FolderOptions)?.Directory,
            Keys = [.. Keys(channel).Select(k => $"{DigestSettings.Section}:{k}")],
            Schedule = CronWords.Of(settings.CronText),
            NextAfter = time => settings.Cron.GetNextValidTimeAfter(time),
            Since = settings.Since,
            Overdue = settings.Overdue,
            KeepFor = settings.KeepFor,
        };

    private static string? Target(object? options) => options switch
    {
        SendGridOptions sendGrid => $"{Names(sendGrid.Recipients)} by {sendGrid.Endpoint.Host}",
        SmtpOptions smtp => $"{Names(smtp.Recipients)} by {smtp.Host}:{smtp.Port}",
        SlackOptions => "an incoming webhook of Slack",
        // Paths and queries of webhooks often hold a token.
        WebhookOptions webhook => webhook.Url.IsDefaultPort ? webhook.Url.Host : $"{webhook.Url.Host}:{webhook.Url.Port}",
        FolderOptions folder => folder.Directory,
        _ => null,
    };

    private static string Names(IReadOnlyList<MailboxAddress> recipients)
    {
        var names = string.Join(", ", recipients.Take(NamesShown).Select(r => r.Address));
        return recipients.Count switch
        {
            1 => names,
            <= NamesShown => $"{recipients.Count} recipients ({names})",
            _ => $"{recipients.Count} recipients ({names}, …)",
        };
    }

    private static string[] Keys(ChannelKind channel) => channel switch
    {
        ChannelKind.SendGrid => ["SendGrid:ApiKey", "SendGrid:Endpoint", "From", "Recipients"],
        ChannelKind.Smtp => ["Smtp:Host", "Smtp:User", "Smtp:Password", "From", "Recipients"],
        ChannelKind.Slack => ["Slack:Url"],
        ChannelKind.Webhook => ["Webhook:Url", "Webhook:Secret"],
        _ => ["File:Directory"],
    };
}
