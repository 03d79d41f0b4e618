using System.Reflection;

namespace JobLineage.Core.Configuration;

/// <summary>The keys that are read, as a tree that is made from the options types themselves.</summary>
public sealed class KnownKey
{
    private readonly SortedDictionary<string, KnownKey> keys = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How a value here is read; null: none is, it is a section.</summary>
    public SettingAttribute? Setting { get; private set; }

    /// <summary>What stands below each name of the operator's, which may hold colons; null where there are no such names.</summary>
    public KnownKey? Named { get; private set; }

    /// <summary>What stands below each number of a list of sections; null where there is no such list.</summary>
    public KnownKey? Item { get; private set; }

    /// <summary>The names of ours that can stand right below it.</summary>
    public IReadOnlyCollection<string> Names => [.. keys.Keys.Where(name => name != SectionAttribute.AnyName)];

    /// <summary>All that the options types of some assemblies read.</summary>
    public static KnownKey In(params Assembly[] assemblies) => Of(assemblies.SelectMany(a => a.GetTypes()).Where(type => type.IsDefined(typeof(SectionAttribute), inherit: false)));

    /// <summary>All that some options types read.</summary>
    public static KnownKey Of(IEnumerable<Type> options)
    {
        var root = new KnownKey();
        foreach (var type in options)
            root.At(SectionAttribute.Of(type)).Add(type);
        return root;
    }

    /// <summary>What stands right below it under a name; null for what is not known.</summary>
    public KnownKey? Find(string name) => keys.GetValueOrDefault(name) ?? keys.GetValueOrDefault(SectionAttribute.AnyName);

    /// <summary>All that can stand below it, sections and values, by whole paths in which a name of the operator's is <c>&lt;name&gt;</c>.</summary>
    public IEnumerable<(string Path, KnownKey Key)> All(string path = "") => keys
        // An item of a list says no more than the list.
        .Where(key => key.Value.Setting is null || key.Value.Setting != Setting)
        .Select(key => (Path: $"{path}{(path.Length > 0 ? ":" : "")}{(key.Key == SectionAttribute.AnyName ? "<name>" : key.Key)}", Key: key.Value))
        .SelectMany(key => key.Key.All(key.Path).Prepend(key));

    private KnownKey At(string path)
    {
        var at = this;
        foreach (var name in path.Split(':'))
            at = at.keys.TryGetValue(name, out var next) ? next : at.keys[name] = new();
        return at;
    }

    private void Add(Type options, bool isNamed = false)
    {
        foreach (var property in OptionsProperty.Of(options).Where(p => !isNamed || !p.IsNamed))
        {
            var at = At(property.Key);
            var value = property.IsList || property.IsNamed ? at.At(SectionAttribute.AnyName) : at;
            if (property.IsNamed)
                at.Named = value;
            if (property.IsSection)
                value.Add(property.Type, property.IsNamed);
            else
                value.Setting = property.Setting;
            if (property is { IsList: true, IsSection: true })
                at.Item = value;
            else if (property.IsList)
                at.Setting = property.Setting;
        }
    }
}
