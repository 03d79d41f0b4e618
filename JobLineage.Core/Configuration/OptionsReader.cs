using System.Collections;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;

namespace JobLineage.Core.Configuration;

/// <summary>
/// Reads options: walks a type's properties (<see cref="SettingAttribute"/>) and its section of the configuration together. All that is wrong is
/// reported, each by its whole key; what can't be read leaves the property as it was. Keys that no type reads are found by <see cref="MisspeltKeys"/>.
/// </summary>
/// <param name="configuration">The whole configuration, from its root.</param>
/// <param name="report">Gets a sentence for each thing that is wrong.</param>
public sealed class OptionsReader(IConfiguration configuration, Action<string> report)
{
    /// <summary>Reads a type at its own section.</summary>
    public T Read<T>()
        where T : class, new() => Fill(new T());

    /// <summary>Reads over what an object has already; it must be nobody else's.</summary>
    /// <param name="options">What holds where nothing is said.</param>
    /// <param name="section">One of the sections of <see cref="Sections"/>; null: the type's own.</param>
    public T Fill<T>(T options, IConfigurationSection? section = null)
        where T : class => (T)Fill(options, section ?? configuration.GetSection(SectionAttribute.Of(typeof(T))), isNamed: false);

    /// <summary>The sections of a type that has one for each name: <c>JobLineage:Sources:*</c>.</summary>
    public IEnumerable<IConfigurationSection> Sections<T>() => configuration.GetSection(SectionAttribute.Of(typeof(T))[..^":*".Length]).GetChildren();

    private object Fill(object options, IConfigurationSection section, bool isNamed)
    {
        // Names may hold colons: below a name there is no telling a further one from a part of it.
        foreach (var property in OptionsProperty.Of(options.GetType()).Where(p => !isNamed || !p.IsNamed))
        {
            var own = section.GetSection(property.Key);
            var value = property switch
            {
                { IsNamed: true } => Names(property, (IDictionary)property.Property.GetValue(options)!, own),
                { IsList: true } => List(property, own),
                { IsSection: true } => Fill(property.Property.GetValue(options)!, own, isNamed: false),
                _ => Single(property, own),
            };
            if (value is not null)
                property.Property.SetValue(options, Plain(value));
        }

        foreach (var (key, problem) in (options as ICheckedOptions)?.Check() ?? [])
            report($"{section.Path}:{key} {problem}.");
        return options;
    }

    private object? Single(OptionsProperty property, IConfigurationSection own)
    {
        var text = property.Setting.Given(own.Value) ?? (property.Setting.Variable is { } name ? property.Setting.Given(configuration[name]) : null);
        if (text is null)
            Miss(property.Setting, own.Path);
        return text is null ? null : Value(property, text, own.Path, "is");
    }

    private Array? List(OptionsProperty property, IConfigurationSection own)
    {
        var (children, line, separators) = (own.GetChildren().ToList(), property.Setting.Given(own.Value), property.Setting.Separators.ToCharArray());
        object?[] values =
        [
            .. property.IsSection ? children.Select(child => Fill(New(property.Type), child, isNamed: false))
                : line is null ? children.Select(child => Item(property, child))
                : separators is [] ? [Value(property, line, own.Path, "is")]
                : line.Split(separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part => Value(property, part, own.Path, "holds")),
        ];
        // A line of nothing but commas gives none either.
        if (values.Length == 0)
            Miss(property.Setting, own.Path);
        var read = values.Where(value => value is not null).Select(Plain).ToArray();
        // A list that is there and empty takes away what would be there.
        if (read.Length == 0 && own.Value is null)
            return null;
        var list = Array.CreateInstance(property.Type, read.Length);
        for (var at = 0; at < read.Length; at++)
            list.SetValue(read[at], at);
        return list;
    }

    private IDictionary Names(OptionsProperty property, IDictionary known, IConfigurationSection own)
    {
        var all = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), property.Type))!;
        foreach (DictionaryEntry entry in known)
            all[entry.Key] = entry.Value;
        foreach (var (path, leaf) in ConfigurationLeaves.Of(own))
        {
            // Of a section all but the last part is the name.
            if (!property.IsSection && Item(property, leaf) is { } value)
                all[path] = Plain(value);
            else if (property.IsSection && path.LastIndexOf(':') is > 0 and var end && !all.Contains(path[..end]))
                all[path[..end]] = Fill(New(property.Type), own.GetSection(path[..end]), isNamed: true);
        }

        return all;
    }

    private object? Item(OptionsProperty property, IConfigurationSection item)
    {
        if (property.Setting.Given(item.Value) is { Length: > 0 } text)
            return Value(property, text, item.Path, "is");
        // One with something below it is told as a key that nobody reads.
        if (!item.GetChildren().Any())
            Say($"{item.Path} is empty; {property.Setting.Empty}");
        return null;
    }

    private object? Value(OptionsProperty property, string text, string path, string verb)
    {
        // Neither Postgres nor a file system takes one.
        if (!text.Contains('\0'))
            return property.Read(text, rest => Say(property.Setting.IsSecret ? $"{path} {rest}" : $"{path} {verb} '{text}'{rest}"));
        Say($"{path} holds a character that can't be used (NUL); take it out");
        return null;
    }

    private void Miss(SettingAttribute setting, string path)
    {
        if (setting.Required is { } hint)
            Say($"{path} is missing{(hint.Length > 0 ? $"; {hint}" : "")}{(setting.Variable is { } name ? $"; the environment variable {name} may hold it as well" : "")}");
    }

    private void Say(string sentence) => report(sentence[^1] is '.' or '?' ? sentence : sentence + ".");

    private static object? Plain(object? value) => ReferenceEquals(value, SettingAttribute.Nothing) ? null : value;

    // A record that takes its values in its constructor gets them afterwards.
    private static object New(Type type) => type.GetConstructor(Type.EmptyTypes) is null ? RuntimeHelpers.GetUninitializedObject(type) : Activator.CreateInstance(type)!;
}
