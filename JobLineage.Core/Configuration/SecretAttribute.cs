namespace JobLineage.Core.Configuration;

/// <summary>A password, a key or a token: no sentence repeats it. The property's type takes the text in its constructor.</summary>
/// <param name="least">Characters of the shortest that is taken.</param>
/// <param name="why">What it is for, behind how long it must be.</param>
public class SecretAttribute(int least = 1, string why = "") : SettingAttribute
{
    /// <summary>Whether blanks around it are nobody's intention, as those of a file that a variable was filled from.</summary>
    public bool IsTrimmed { get; init; }

    /// <inheritdoc />
    public sealed override bool IsSecret => true;

    /// <inheritdoc />
    public override string? Given(string? raw) => IsTrimmed ? base.Given(raw) : raw is { Length: > 0 } ? raw : null;

    /// <inheritdoc />
    public override object? Read(string text, Type type, Action<string> wrong)
    {
        // It counts all the same: whoever set it means to be asked for it, and there shall be no second sentence that says otherwise.
        if (text.Length < least)
            wrong($"must have at least {least} characters{why}");
        return type == typeof(string) ? text : Activator.CreateInstance(type, text);
    }
}
