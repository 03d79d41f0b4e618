namespace JobLineage.Core.Alerts;

/// <summary>The ways out for digests.</summary>
public enum ChannelKind
{
    /// <summary>Mail by SendGrid's API.</summary>
    SendGrid,

    /// <summary>Mail by a server of one's own.</summary>
    Smtp,

    /// <summary>An incoming webhook of Slack.</summary>
    Slack,

    /// <summary>A receiver of one's own.</summary>
    Webhook,

    /// <summary>A file for each.</summary>
    File,
}
