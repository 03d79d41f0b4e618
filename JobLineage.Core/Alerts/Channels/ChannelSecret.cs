namespace JobLineage.Core.Alerts.Channels;

/// <summary>A key or a password: no log and no page ever shows it.</summary>
/// <param name="value">The secret.</param>
public sealed class ChannelSecret(string value)
{
    /// <summary>The secret itself, for the channel alone.</summary>
    internal string Reveal() => value;

    /// <summary>The text with the secret taken out: an answer may repeat what it was sent.</summary>
    internal string TakeOutOf(string text) => value.Length == 0 ? text : text.Replace(value, "[redacted]", StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => "[redacted]";
}
