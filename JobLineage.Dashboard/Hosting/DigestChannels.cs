using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;
using JobLineage.Core.Configuration;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Reads the options of the channel that is chosen; what is said of others does not count.</summary>
internal static class DigestChannels
{
    private static readonly MailboxAddress Nobody = new("job-lineage@localhost", "Job Lineage");

    /// <summary>The options; null without a channel. Of use only when no error was found.</summary>
    public static object? Read(OptionsReader reader, ChannelKind? channel, string dataDirectory) => channel switch
    {
        ChannelKind.SendGrid => Whole(reader.Fill(new SendGridOptions(new(""), new(SendGridOptions.DefaultEndpoint), Nobody, []))),
        ChannelKind.Smtp => Whole(reader.Fill(new SmtpOptions("localhost", 587, true, null, new(""), Nobody, []))),
        ChannelKind.Slack => reader.Fill(new SlackOptions(new(""))),
        ChannelKind.Webhook => reader.Fill(new WebhookOptions(new("http://localhost"), new(""))),
        ChannelKind.File => Whole(reader.Fill(new FolderOptions(Path.Combine(dataDirectory, "digests"), Nobody, [Nobody]))),
        _ => null,
    };

    private static SendGridOptions Whole(SendGridOptions mail) => mail with { Recipients = MailboxAddress.Once(mail.Recipients) };

    private static SmtpOptions Whole(SmtpOptions mail) => mail with { Recipients = MailboxAddress.Once(mail.Recipients) };

    private static FolderOptions Whole(FolderOptions folder) => folder with
    {
        Directory = Path.GetFullPath(folder.Directory),
        // A blank list is none: a message is to somebody.
        Recipients = folder.Recipients.Count > 0 ? MailboxAddress.Once(folder.Recipients) : [Nobody],
    };
}
