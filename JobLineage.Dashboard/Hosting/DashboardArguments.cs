namespace JobLineage.Dashboard.Hosting;

/// <summary>What the command line says about a dashboard.</summary>
public sealed record DashboardArguments
{
    /// <summary>The addresses to listen on, separated by ';'; null: as configured.</summary>
    public string? Urls { get; init; }

    /// <summary>Settings that go before all others.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Sections that count only as far as <see cref="Settings"/> fills them, whatever files and environment say.</summary>
    public IReadOnlyList<string> OwnSections { get; init; } = [];

    /// <summary>Whether the log tells everything.</summary>
    public bool Verbose { get; init; }

    /// <summary>Where the program's own appsettings.json is.</summary>
    public string ContentRoot { get; init; } = AppContext.BaseDirectory;

    /// <summary>Where an appsettings.json of the operator's may be, and what relative paths are relative to.</summary>
    public string CurrentDirectory { get; init; } = Environment.CurrentDirectory;
}
