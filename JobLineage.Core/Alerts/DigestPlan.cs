namespace JobLineage.Core.Alerts;

/// <summary>What is configured about digests, without any secret: what pages may show.</summary>
public sealed record DigestPlan
{
    /// <summary>Without digests.</summary>
    public static DigestPlan None { get; } = new();

    /// <summary>The way out; null: no digests are made.</summary>
    public ChannelKind? Channel { get; init; }

    /// <summary>Where they go, in words: who gets them, or a host; null without a channel.</summary>
    public string? Target { get; init; }

    /// <summary>The folder of the file channel; null for others.</summary>
    public string? Folder { get; init; }

    /// <summary>The keys of the configuration by which the channel is let in and reached; empty without a channel.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>When digests are made, in words.</summary>
    public string Schedule { get; init; } = "";

    /// <summary>The next time of the schedule after a moment; null: never again.</summary>
    public Func<DateTimeOffset, DateTimeOffset?> NextAfter { get; init; } = _ => null;

    /// <summary>The starting line as configured; null: when digests were first made.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Pipelines that are expected to finish again and again.</summary>
    public IReadOnlyList<OverdueRule> Overdue { get; init; } = [];

    /// <summary>For how long what was told is kept.</summary>
    public TimeSpan KeepFor { get; init; }
}
