using System.CommandLine;
using System.Data.Common;
using JobLineage.Core.Diagnosis;
using JobLineage.Core.Model;
using JobLineage.Core.Postgres;
using JobLineage.Core.Sources;
using JobLineage.Dashboard.Hosting;
using Npgsql;

namespace JobLineage.Dashboard.Cli;

/// <summary>
/// The options that say which queue is meant: <c>--source NAME</c> of the configuration, or <c>--preset</c> and
/// <c>--connection</c> with no configuration at all.
/// </summary>
internal sealed class SourceArguments
{
    private const int ConnectSeconds = 10;

    private readonly Option<string?> source = new("--source")
    {
        Description = "A source of the configuration; may be left out when there is one only.",
        HelpName = "NAME",
    };

    private readonly Option<string?> preset = new("--preset")
    {
        Description = $"Read a queue that is not configured: {string.Join(", ", Presets.Names)}.",
        HelpName = "PRESET",
    };

    private readonly Option<string?> connection = new("--connection")
    {
        Description = "With --preset (or doctor alone): the database, as postgres://user:password@host/database or Host=…;Database=…; what it leaves out comes from PGHOST, PGDATABASE and so on.",
        HelpName = "CONN",
    };

    private readonly Option<string?> schema = new("--schema")
    {
        Description = "With --preset: the schema of the table (Oban's prefix). Default: public.",
        HelpName = "SCHEMA",
    };

    private readonly Option<string?> table = new("--table")
    {
        Description = "With --preset: the table, where it has another name.",
        HelpName = "TABLE",
    };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(source);
        command.Options.Add(preset);
        command.Options.Add(connection);
        command.Options.Add(schema);
        command.Options.Add(table);
    }

    /// <summary>The source that is meant.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="setup">What it gets from outside.</param>
    /// <param name="requireConnection">Whether a source without a database is wrong.</param>
    /// <exception cref="QueryFailure">It can't be told, or the configuration is wrong.</exception>
    public ChosenSource Resolve(ParseResult parse, QuerySetup setup, bool requireConnection)
    {
        var (found, diagnosis, key, words) = parse.GetValue(preset) is { } name ? FromPreset(parse, name) : FromConfiguration(parse, setup, requireConnection);
        return new(found, diagnosis, () => Connection(found.ConnectionString, key, setup)) { RedactWords = words };
    }

    /// <summary>The database, where nothing else is said of what is meant; null elsewhere.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="setup">What it gets from outside.</param>
    public string? ConnectionAlone(ParseResult parse, QuerySetup setup) =>
        parse.GetValue(preset) is null && parse.GetValue(source) is null && parse.GetValue(schema) is null && parse.GetValue(table) is null && parse.GetValue(connection) is { } text ? Connection(text, "--connection", setup) : null;

    private (SourceOptions, DiagnosisOptions, string, IReadOnlyList<string>) FromPreset(ParseResult parse, string name)
    {
        if (parse.GetValue(source) is not null)
            throw Usage("--source and --preset exclude each other: a source of the configuration has its preset.");
        if (Presets.Find(name, name.ToLowerInvariant()) is not { } mapping)
        {
            throw Usage($"--preset '{name}' is not a preset; "
                + (DidYouMean.Nearest(name, Presets.Names) is { } near ? $"did you mean {near}?" : $"known are {string.Join(", ", Presets.Names)}."));
        }

        if (parse.GetValue(schema) is { } s)
            mapping = mapping with { Schema = s };
        if (parse.GetValue(table) is { } t)
            mapping = mapping with { Table = t };
        return (new(mapping, parse.GetValue(connection), FeedKind.Auto), new(), "--connection", Redaction.DefaultWords);
    }

    private (SourceOptions, DiagnosisOptions, string, IReadOnlyList<string>) FromConfiguration(ParseResult parse, QuerySetup setup, bool requireConnection)
    {
        foreach (var option in (Option<string?>[])[connection, schema, table])
        {
            if (parse.GetValue(option) is not null)
                throw Usage($"{option.Name} needs --preset ({string.Join(", ", Presets.Names)}), which says how the table is read.");
        }

        var settings = setup.Configuration();
        var configuration = SourcesConfigurationReader.Read(settings, requireConnection);
        var errors = new ConfigurationErrors(settings);
        errors.AddRange([.. configuration.Errors, .. ConfigurationKeys.Misspelt(settings)]);
        if (errors.Sentences.Count > 0)
            throw new QueryFailure(ExitCodes.Usage, errors.Sentences);
        var names = string.Join(", ", configuration.Sources.Select(x => x.Name));
        var wanted = parse.GetValue(source);
        var found = (configuration.Sources, wanted) switch
        {
            ([], _) => throw Usage("No source is configured: set JobLineage:Sources:<name>, or give --preset and --connection."),
            ([var only], null) => only,
            (_, null) => throw Usage($"More than one source is configured ({names}): choose one with --source."),
            var (all, name) => configuration.Find(name) ?? SchemaPatterns.Named(all, name)
                ?? throw Usage($"--source '{name}' is not configured; there {(all.Count == 1 ? "is" : "are")} {names}."),
        };
        if (found.Schemas.Count > 0)
            throw Usage($"Source '{found.Name}' stands for several schemas ({string.Join(", ", found.Schemas)}): name one of them, as --source {found.Name}.SCHEMA.");
        return (found, configuration.Diagnosis, $"JobLineage:Sources:{found.Name}:ConnectionString", configuration.RedactWords);
    }

    private static string Connection(string? text, string key, QuerySetup setup)
    {
        var (host, database) = (setup.Environment("PGHOST"), setup.Environment("PGDATABASE"));
        if (text is null && host is null && database is null)
            throw Usage($"{key} is missing: give the database, such as postgres://host/database, or set PGHOST and PGDATABASE.");
        NpgsqlConnectionStringBuilder? builder = new();
        if (text is not null && !ConnectionText.TryParse(text, out builder, out var error))
            throw Usage($"{key} {error}.");
        builder.Host ??= host ?? "localhost";
        builder.Database ??= database;
        // Npgsql's own builder says that it contains every key it knows.
        var given = new DbConnectionStringBuilder { ConnectionString = builder.ConnectionString };
        if (!given.ContainsKey("Port") && int.TryParse(setup.Environment("PGPORT"), out var port))
            builder.Port = port;
        if (!given.ContainsKey("Timeout"))
            builder.Timeout = ConnectSeconds;
        return builder.ConnectionString;
    }

    private static QueryFailure Usage(string sentence) => new(ExitCodes.Usage, sentence);
}

/// <summary>The source that a command line means.</summary>
/// <param name="Options">It.</param>
/// <param name="Diagnosis">The thresholds that hold for it.</param>
/// <param name="ConnectionString">Its connection string, completed from the environment; throws where there is none.</param>
internal sealed record ChosenSource(SourceOptions Options, DiagnosisOptions Diagnosis, Func<string> ConnectionString)
{
    /// <summary>Words that make a key of arguments secret.</summary>
    public required IReadOnlyList<string> RedactWords { get; init; }

    /// <summary>How its table is read.</summary>
    public SourceMapping Mapping => Options.Mapping;

    /// <summary>Its name.</summary>
    public string Name => Options.Name;
}
