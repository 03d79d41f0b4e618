using System.Collections;
using System.Globalization;

namespace JobLineage.Core.Configuration;

/// <summary>
/// A property that the configuration fills, and how its text is read. By the property's type it is a value (text, a number, a time, a word of an
/// enum, whatever has a TryParse), a list of such, a dictionary by names of the operator's, or a section: a type with settings of its own.
/// </summary>
/// <param name="otherwise">Goes on behind a value that can't be read (<c>is 'x'</c>): what was expected, and an example.</param>
[AttributeUsage(AttributeTargets.Property)]
public class SettingAttribute(string otherwise = "") : Attribute
{
    /// <summary>What is read when nothing is what the operator asks for: the property is set to null then.</summary>
    public static readonly object Nothing = new();

    /// <summary>The key below the section, where it is not the property's name; it may lead deeper (<c>History:KeepRuns</c>).</summary>
    public string? Key { get; init; }

    /// <summary>What to do where the setting is missing; null: it may be. Empty where its <see cref="Variable"/> says enough.</summary>
    public string? Required { get; init; }

    /// <summary>An environment variable, shared with other tools, that counts where the key is absent.</summary>
    public string? Variable { get; init; }

    /// <summary>The least that is taken, written as it would be in the configuration.</summary>
    public string? Least { get; init; }

    /// <summary>The most that is taken.</summary>
    public string? Most { get; init; }

    /// <summary>The words that are taken, whatever their case; of an enum its names, unless these are given.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>A static method of the options type that reads the text instead: <c>object? (string text, Action&lt;string&gt; wrong)</c>.</summary>
    public string? By { get; init; }

    /// <summary>Whether a blank value takes away what would be there, where others count as absent.</summary>
    public bool IsClearable { get; init; }

    /// <summary>Whether a duration may be a plain number of days; elsewhere it is refused, since few people mean days by it.</summary>
    public bool IsPlainDays { get; init; }

    /// <summary>The characters between the items of a list that stands on one line; empty: such a line is one item.</summary>
    public string Separators { get; init; } = "";

    /// <summary>What to do with an item or a name that has no value.</summary>
    public string Empty { get; init; } = "leave it out or give it a value";

    /// <summary>Whether no sentence may repeat the value.</summary>
    public virtual bool IsSecret => false;

    /// <summary>The text to read; null where the setting counts as absent.</summary>
    /// <param name="raw">What the configuration has; null for nothing.</param>
    public virtual string? Given(string? raw) => IsClearable || !string.IsNullOrWhiteSpace(raw) ? raw?.Trim() : null;

    /// <summary>Reads a value; null when it can't be, or <see cref="Nothing"/>.</summary>
    /// <param name="text">What <see cref="Given"/> answered.</param>
    /// <param name="type">What the property, or an item of it, holds.</param>
    /// <param name="wrong">Gets the rest of the sentence when something is wrong: what comes after <c>is 'x'</c>, or after the key where the value is a secret.</param>
    public virtual object? Read(string text, Type type, Action<string> wrong)
    {
        var words = Words.Length > 0 ? Words : type.IsEnum ? Enum.GetNames(type) : type == typeof(bool) ? ["true", "false"] : [];
        var value = text.Length == 0 && IsClearable ? Nothing
            : words.Length == 0 ? Parse(text, type)
            : !words.Contains(text, StringComparer.OrdinalIgnoreCase) ? null
            : type.IsEnum ? Enum.Parse(type, text, ignoreCase: true) : Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        if (value is null || !IsWithin(value, type))
            wrong(words.Length > 0 && otherwise.Length == 0 ? $"; it can be {List(words)}" : otherwise);
        return value is not null && IsWithin(value, type) ? value : null;
    }

    /// <summary>Words as a sentence lists them: <c>auto, trigger or poll</c>.</summary>
    public static string List(IReadOnlyList<string> words) => $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";

    private bool IsWithin(object value, Type type) =>
        (Least is null || Comparer.DefaultInvariant.Compare(value, Parse(Least, type)) >= 0) && (Most is null || Comparer.DefaultInvariant.Compare(value, Parse(Most, type)) <= 0);

    private object? Parse(string text, Type type)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(DateTimeOffset))
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;
        // Elsewhere a comma would go unseen: 0,1 would be 1.
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? number : null;
        object?[] arguments = [text, null];
        return (IsPlainDays || type != typeof(TimeSpan) || text.Contains(':'))
            && type.GetMethod("TryParse", [typeof(string), type.MakeByRefType()])!.Invoke(null, arguments) is true ? arguments[1] : null;
    }
}
