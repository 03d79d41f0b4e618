namespace JobLineage.Core.Diagnosis;

/// <summary>Whether an error speaks of what a worker makes: a word of its name stands in the message. Pure.</summary>
internal static class ErrorNames
{
    private const int LeastLetters = 4;

    // In most names, and in most messages too.
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "worker", "process", "processor", "handler", "error", "failed", "fetch", "sync", "task", "page", "detail", "details", "perform", "update", "create", "import",
    };

    /// <summary>Whether a telling word of a name is in a message, whatever its case.</summary>
    public static bool Share(string name, string message) => Parts(name)
        .Any(word => word.Length >= LeastLetters && !Common.Contains(word) && message.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Parts(string name)
    {
        var start = 0;
        for (var i = 1; i <= name.Length; i++)
        {
            if (i < name.Length && char.IsLetterOrDigit(name[i]) && !(char.IsUpper(name[i]) && !char.IsUpper(name[i - 1])))
                continue;
            yield return name[start..i].Trim('_', '-', '.', '/', ' ', ':');
            start = i;
        }
    }
}
