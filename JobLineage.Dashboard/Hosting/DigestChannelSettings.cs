using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using JobLineage.Core.Alerts;
using JobLineage.Core.Alerts.Channels;
using JobLineage.Core.Model;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Hosting;

/// <summary>Reads what a digest's channel needs.</summary>
/// <param name="configuration">The whole configuration: keys may stand in variables that other tools share.</param>
/// <param name="section">The digest's section.</param>
/// <param name="dashboard">Where files are kept.</param>
/// <param name="errors">Gets a sentence for each thing that is wrong.</param>
internal sealed class DigestChannelSettings(
    IConfiguration configuration, IConfigurationSection section, DashboardOptions dashboard, ConfigurationErrors errors)
{
    private static readonly MailboxAddress Nobody = new("job-lineage@localhost", "Job Lineage");

    /// <summary>The options of a channel; of use only when no error was found.</summary>
    public object Read(ChannelKind kind)
    {
        var own = section.GetSection(kind.ToString());
        var recipients = Recipients(kind);
        switch (kind)
        {
            case ChannelKind.SendGrid:
                Know(own, "ApiKey", "Endpoint");
                if (recipients.Count > SendGridOptions.MostRecipients)
                    errors.Add($"{section.Path}:Recipients", $"has {recipients.Count} addresses; SendGrid takes {SendGridOptions.MostRecipients} a message");
                var from = From(kind);
                if (from.Name is { } name && !Ascii.IsValid(name))
                    errors.Add($"{section.Path}:From", $"has the name '{name}'; SendGrid takes a sender's name in ASCII alone");
                return new SendGridOptions(
                    Key(own.GetSection("ApiKey"), "SENDGRID_API_KEY"), Address(own.GetSection("Endpoint"), SendGridOptions.DefaultEndpoint), from, recipients);
            case ChannelKind.Smtp:
                return Smtp(own, recipients);
            case ChannelKind.Slack:
                Know(own, "Url");
                var url = Secret(own.GetSection("Url"), "SLACK_WEBHOOK_URL");
                if (url.Length > 0 && !IsWeb(url))
                    errors.Add(own.Path + ":Url", "is not an https address; it is shown where the webhook was made");
                else if (url.Length > 0)
                    CheckClear(own.GetSection("Url"), new(url));
                return new SlackOptions(new(url));
            case ChannelKind.Webhook:
                Know(own, "Url", "Secret");
                var secret = Secret(own.GetSection("Secret"), null);
                if (secret.Length is > 0 and < 16)
                    errors.Add(own.Path + ":Secret", "must have at least 16 characters: messages are signed with it");
                return new WebhookOptions(Address(own.GetSection("Url"), null), new(secret));
            default:
                Know(own, "Directory");
                return new FolderOptions(
                    Path.GetFullPath(Given(own["Directory"]) ?? Path.Combine(dashboard.DataDirectory, "digests")), From(kind),
                    recipients.Count > 0 ? recipients : [Nobody]);
        }
    }

    private SmtpOptions Smtp(IConfigurationSection own, IReadOnlyList<MailboxAddress> recipients)
    {
        Know(own, "Host", "Port", "StartTls", "User", "Password", "Authorities");
        var smtp = new SmtpOptions(
            Needed(own.GetSection("Host"), "the name of the mail server"), Port(own.GetSection("Port")),
            DigestSettings.ReadSwitch(own.GetSection("StartTls"), true, errors), Given(own["User"]), new(own["Password"] ?? ""), From(ChannelKind.Smtp), recipients)
        { Authorities = Authorities(own.GetSection("Authorities")) };
        if (smtp is { StartTls: false, Port: SmtpOptions.ImplicitTlsPort })
            errors.Add(own.Path + ":Port", "is 465, where nothing is said without encryption; StartTls can't be false there");
        if (smtp is { StartTls: false, User: not null } && !IsHere(smtp.Host))
            errors.Add(own.Path + ":StartTls", $"is false, and the password would go to {smtp.Host} in clear");
        return smtp;
    }

    /// <summary>Who may have signed the server's certificate; null when nothing is said.</summary>
    private X509Certificate2Collection? Authorities(IConfigurationSection setting)
    {
        if (Given(setting.Value) is not { } path)
            return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            errors.Add(setting.Path, $"is '{path}', which can't be read: {e.Message}");
            return authorities;
        }

        if (authorities.Count == 0)
            errors.Add(setting.Path, $"is '{path}', which holds no certificate in PEM");
        return authorities;
    }

    private static bool IsHere(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private void Know(IConfigurationSection own, params string[] keys)
    {
        foreach (var setting in own.GetChildren().Where(c => !keys.Contains(c.Key, StringComparer.OrdinalIgnoreCase)))
            errors.AddRange([DidYouMean.Sentence(setting.Path, setting.Key, keys)]);
    }

    private MailboxAddress From(ChannelKind kind)
    {
        var text = Given(section["From"]);
        if (text is null && kind == ChannelKind.File)
            return Nobody;
        if (text is not null && MailboxAddress.TryParse(text, out var from))
            return from;
        errors.Add($"{section.Path}:From", text is null ? "is missing; give the sender's address" : $"is '{text}', which is not a mail address");
        return Nobody;
    }

    private List<MailboxAddress> Recipients(ChannelKind kind)
    {
        var list = section.GetSection("Recipients");
        var texts = list.Value is { } one
            ? one.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. list.GetChildren().Select(c => c.Value ?? "")];
        var addresses = new List<MailboxAddress>();
        foreach (var text in texts)
        {
            if (MailboxAddress.TryParse(text, out var address))
                addresses.Add(address);
            else
                errors.Add(list.Path, $"holds '{text}', which is not a mail address");
        }

        if (texts.Length == 0 && kind is ChannelKind.SendGrid or ChannelKind.Smtp)
            errors.Add(list.Path, "is missing; give the addresses that get the digest");
        return [.. addresses.DistinctBy(a => a.Address, StringComparer.OrdinalIgnoreCase)];
    }

    private ChannelSecret Key(IConfigurationSection setting, string variable) => new(Secret(setting, variable));

    private string Secret(IConfigurationSection setting, string? variable)
    {
        if ((Given(setting.Value) ?? (variable is null ? null : Given(configuration[variable]))) is { } value)
            return value;
        errors.Add(setting.Path, variable is null ? "is missing" : $"is missing; the environment variable {variable} may hold it as well");
        return "";
    }

    private Uri Address(IConfigurationSection setting, string? otherwise)
    {
        var text = Given(setting.Value) ?? otherwise;
        if (text is not null && IsWeb(text))
        {
            CheckClear(setting, new(text));
            return new(text);
        }

        errors.Add(setting.Path, text is null ? "is missing; give an https address" : $"is {Shown(text)}, which is not an https address without a user name");
        return new("http://localhost");
    }

    /// <summary>Keys, signatures and errors go over no network in clear.</summary>
    private void CheckClear(IConfigurationSection setting, Uri url)
    {
        if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
            errors.Add(setting.Path, $"is an http address of another machine ({url.Host}), and messages and keys would go there in clear; give an https address");
    }

    /// <summary>Paths and queries of webhooks hold tokens: no more is shown than where it leads.</summary>
    private static string Shown(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Host.Length > 0 ? $"'{url.Scheme}://{url.Host}'" : "something else";

    private string Needed(IConfigurationSection setting, string what)
    {
        if (Given(setting.Value) is { } value)
            return value;
        errors.Add(setting.Path, $"is missing; give {what}");
        return "localhost";
    }

    private int Port(IConfigurationSection setting)
    {
        if (Given(setting.Value) is not { } text)
            return 587;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536)
            return port;
        errors.Add(setting.Path, $"is '{text}', which is not a port; 587 is usual");
        return 587;
    }

    private static bool IsWeb(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0;

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
