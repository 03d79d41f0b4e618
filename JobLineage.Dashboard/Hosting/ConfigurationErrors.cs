using JobLineage.Core.Configuration;

namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// Collects what is wrong with the configuration, so that a start reports everything at once instead of one thing per
/// try. Every part that reads options adds to the same list. A sentence may quote what is configured: what is secret in it is
/// taken out here.
/// </summary>
/// <param name="configuration">Holds the secrets that no sentence may repeat; null: only what looks like one is taken out.</param>
public sealed class ConfigurationErrors(IConfiguration? configuration = null)
{
    private readonly List<string> sentences = [];
    private IReadOnlyList<string>? secrets;

    /// <summary>What was found so far, one sentence each.</summary>
    public IReadOnlyList<string> Sentences => sentences;

    /// <summary>Adds an error: the key, then what is the matter with it (<c>must have at least 8 characters</c>).</summary>
    public void Add(string key, string problem) => AddRange([$"{key} {problem.TrimEnd('.')}."]);

    /// <summary>Adds sentences that already name their keys.</summary>
    public void AddRange(IEnumerable<string> errors)
    {
        foreach (var error in errors)
        {
            secrets ??= configuration is null ? [] : SecretText.In(configuration);
            sentences.Add(SecretText.Without(error, secrets));
        }
    }

    /// <summary>What reads options and reports here.</summary>
    public OptionsReader Reader(IConfiguration all) => new(all, sentence => AddRange([sentence]));

    /// <summary>Ends the start when anything was found.</summary>
    /// <exception cref="ConfigurationException">There is at least one error.</exception>
    public void ThrowIfAny()
    {
        if (sentences.Count > 0)
            throw new ConfigurationException(sentences);
    }
}

/// <summary>The configuration can't be used as it is.</summary>
/// <param name="sentences">What is wrong, one sentence each, naming the key.</param>
public sealed class ConfigurationException(IReadOnlyList<string> sentences)
    : Exception(string.Join(Environment.NewLine, sentences.Select(SecretText.Without)))
{
    /// <summary>What is wrong, one sentence each, naming the key.</summary>
    public IReadOnlyList<string> Sentences { get; } = [.. sentences.Select(SecretText.Without)];
}
