using System.Collections.Concurrent;
using System.Reflection;

namespace JobLineage.Core.Configuration;

/// <summary>A property of an options type that the configuration fills.</summary>
/// <param name="Property">The property.</param>
/// <param name="Setting">How it is read.</param>
internal sealed record OptionsProperty(PropertyInfo Property, SettingAttribute Setting)
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<OptionsProperty>> All = new();

    /// <summary>The key below the section.</summary>
    public string Key => Setting.Key ?? Property.Name;

    /// <summary>Whether it is a list.</summary>
    public bool IsList { get; } = Is(Property, typeof(IReadOnlyList<>));

    /// <summary>Whether it has something for each name of the operator's.</summary>
    public bool IsNamed { get; } = Is(Property, typeof(IReadOnlyDictionary<,>));

    /// <summary>What it holds, an item of it where it is a list, or what stands behind a name.</summary>
    public Type Type => IsList || IsNamed ? Property.PropertyType.GetGenericArguments()[^1] : Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    /// <summary>Whether that has settings of its own.</summary>
    public bool IsSection => Of(Type).Count > 0;

    /// <summary>The properties of an options type, in their order; none for any other type.</summary>
    public static IReadOnlyList<OptionsProperty> Of(Type options) => All.GetOrAdd(options, type =>
        [.. type.GetProperties().Select(p => p.GetCustomAttribute<SettingAttribute>() is { } setting ? new OptionsProperty(p, setting) : null).OfType<OptionsProperty>()]);

    /// <summary>Reads a value: see <see cref="SettingAttribute.Read"/>.</summary>
    public object? Read(string text, Action<string> wrong) => Setting.By is { } name
        ? Property.DeclaringType!.GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!.CreateDelegate<Func<string, Action<string>, object?>>()(text, wrong)
        : Setting.Read(text, Nullable.GetUnderlyingType(Type) ?? Type, wrong);

    private static bool Is(PropertyInfo property, Type generic) => property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == generic;
}
