using System.Text.RegularExpressions;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;

namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// Takes secrets out of sentences about the configuration. All of them go through here on their way out
/// (<see cref="ConfigurationErrors"/>, <see cref="ConfigurationException"/>), so no reader of a setting has to think of it: what
/// stands under a key that holds a secret is masked wherever it appears, and so is what looks like one under any other key.
/// </summary>
internal static partial class SecretText
{
    /// <summary>Long enough for any exception with its stack trace.</summary>
    private static readonly Redaction Rules = new(limit: 1_000_000);

    /// <summary>Shorter ones are words of the sentence itself, and no secret is so short.</summary>
    private const int Shortest = 4;

    // A sentence that holds one of these tells nobody that it is a password somewhere.
    private static readonly string[] Words = ["postgres", "postgresql", "password"];

    /// <summary>The secrets that a configuration holds, the longest first: a part must not unmask the whole.</summary>
    public static IReadOnlyList<string> In(IConfiguration configuration)
    {
        var secrets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in configuration.AsEnumerable())
        {
            if (string.IsNullOrWhiteSpace(value) || !Read().IsMatch(key))
                continue;
            if (IsConnection(key))
            {
                if (ConnectionText.TryParse(value, out var connection, out _) && connection.Password is { } password)
                    secrets.Add(password);
                foreach (Match part in ConnectionPart().Matches(value))
                    secrets.Add(part.Groups["value"].Value.Trim('\'', '"', ' '));
                foreach (Match user in UserInfo().Matches(value))
                    secrets.Add(user.Groups["secret"].Value);
            }
            else if (IsSecret(key))
            {
                secrets.Add(value);
                secrets.Add(value.Trim());
            }
        }

        return [.. secrets.Where(secret => secret.Length >= Shortest && !Words.Contains(secret)).OrderByDescending(secret => secret.Length)];
    }

    /// <summary>The sentence without these secrets, and without what looks like one.</summary>
    public static string Without(string sentence, IReadOnlyList<string> secrets)
    {
        foreach (var secret in secrets)
            sentence = sentence.Replace(secret, Redaction.Mark, StringComparison.Ordinal);
        return Without(sentence);
    }

    /// <summary>The sentence without what looks like a secret, by the rules for what is read from queues.</summary>
    public static string Without(string sentence) => Rules.FreeText(sentence).Text;

    private static bool IsConnection(string key) =>
        key.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase) || key.EndsWith("ConnectionString", StringComparison.OrdinalIgnoreCase)
        || key.Equals("DATABASE_URL", StringComparison.OrdinalIgnoreCase);

    // The address of a webhook is its key.
    private static bool IsSecret(string key) => SecretKey().IsMatch(key) || WebhookKey().IsMatch(key);

    // What the program reads: no sentence repeats a variable that it does not know.
    [GeneratedRegex("^(JobLineage|ConnectionStrings|Kestrel):|^(SENDGRID_API_KEY|SLACK_WEBHOOK_URL|DATABASE_URL)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Read();

    [GeneratedRegex("(password|passwd|pwd|secret|token|api_?key|access_?key|private_?key|credential)[^:]*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretKey();

    [GeneratedRegex("(^|_)WEBHOOK_URL$|^JobLineage:Digest:(Slack|Webhook):Url$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WebhookKey();

    [GeneratedRegex(@"(password|passwd|pwd|passphrase|secret|token)\s*=\s*(?<value>'[^']*'|""[^""]*""|[^;&]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ConnectionPart();

    // Up to the last @ before the path: passwords that are not escaped may hold one.
    [GeneratedRegex(@"://(?:[^/?#\s'@:]*:)?(?<secret>[^/?#\s']*)@", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();
}
