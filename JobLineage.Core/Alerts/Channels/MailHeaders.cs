namespace JobLineage.Core.Alerts.Channels;

/// <summary>The headers by which mail clients thread digests, and by which a copy is known for one.</summary>
internal static class MailHeaders
{
    /// <summary>Names and values; all of them of our own making, in ASCII and of one line.</summary>
    public static IEnumerable<(string Name, string Value)> Of(DigestMessage message)
    {
        yield return ("Message-ID", message.MessageId);
        // A message about no run belongs to no thread.
        if (message.References is [var first, ..] references)
        {
            yield return ("In-Reply-To", first);
            yield return ("References", string.Join(' ', references));
        }

        yield return (DigestMessage.IdHeader, message.Key);
        if (message.IsPossibleDuplicate)
            yield return (DigestMessage.DuplicateHeader, "true");
        // RFC 3834: nobody's absence notice shall answer.
        yield return ("Auto-Submitted", "auto-generated");
    }
}
