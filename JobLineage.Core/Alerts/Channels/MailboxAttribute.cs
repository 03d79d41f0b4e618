using JobLineage.Core.Configuration;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>A mail address.</summary>
internal sealed class MailboxAttribute() : SettingAttribute(", which is not a mail address; write it as ops@example.com or Ops <ops@example.com>")
{
    public const string NoFrom = "give the sender's address";
    public const string NoRecipients = "give the addresses that get the digest";
}
