using JobLineage.Core.Configuration;
using JobLineage.Tests.Support;

namespace JobLineage.Tests.Configuration;

/// <summary>One reader for all options: what a type says is what is read, and what is reported.</summary>
public sealed class OptionsReaderTests
{
    private const string Home = "JobLineage:Test:";

    [Fact]
    public void An_empty_section_is_what_the_type_says()
    {
        var (options, errors) = Read();
        Assert.Equal([$"{Home}Needed is missing; give a name.", $"{Home}Key is missing; the environment variable TEST_KEY may hold it as well."], errors);
        Assert.Equal((5, TimeSpan.FromHours(1), Colour.Red, "start"), (options.Count, options.Wait, options.Colour, options.Clear));
        Assert.Empty(options.Items);
        Assert.Equal(["kept"], options.Names.Keys);
    }

    [Fact]
    public void Each_kind_of_setting_is_read_whatever_the_case_of_its_key()
    {
        var (options, errors) = Read(
            ("needed", " a "), ("COUNT", "7"), ("Share", "0.25"), ("Wait", "1.00:00:00"), ("colour", "darkblue"), ("On", "TRUE"), ("Since", "2026-03-01"), ("Clear", " "), ("Key", " untouched "),
            ("Items", "x; y;;"), ("Deep:Down", "z"), ("Rules:0:Pipeline", "p"), ("Rules:7:Pipeline", "q"), ("Names:a:b", "1"), ("Sections:a:b:Wait", "00:00:05"), ("Inner:Wait", "00:00:06"));
        Assert.Empty(errors);
        Assert.Equal(("a", 7, 0.25, TimeSpan.FromDays(1), Colour.DarkBlue, true), (options.Needed, options.Count, options.Share, options.Wait, options.Colour, options.On));
        Assert.Equal((new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), null, " untouched ", "z"), (options.Since, options.Clear, options.Key, options.Down));
        Assert.Equal(["x", "y"], options.Items);
        Assert.Equal([new Rule("p"), new Rule("q")], options.Rules);
        Assert.Equal(new Dictionary<string, int> { ["kept"] = 3, ["a:b"] = 1 }, options.Names);
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6)), (options.Sections["a:b"].Wait, options.Inner.Wait));
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once_and_nothing_of_it_is_taken()
    {
        var (options, errors) = Read(
            ("Needed", "a\0b"), ("Count", "1,000"), ("Share", "0,1"), ("Wait", "90"), ("Colour", "blue"), ("On", "yes"), ("Since", "soon"), ("Key", "short"), ("Items:0", ""), ("Items:1", "x"),
            ("Rules:0:Pipelin", "p"), ("Names:a", "one"), ("Names:b", ""), ("Sections:w:Wait", "5"), ("Sections:w", "x"), ("Inner:Wait", "0"), ("Inner:Sections:a:Wait", "x"), ("Cuont", "1"));
        Assert.Equal(
            [
                $"{Home}Colour is 'blue'; it can be Red or DarkBlue.",
                $"{Home}Count is '1,000'; give a number from 1 to 10.",
                $"{Home}Cuont is not a known key; did you mean Count?",
                $"{Home}Inner:Sections is not a known key; it belongs in {Home}Sections.",
                $"{Home}Inner:Wait is '0'; write it as 00:00:05.",
                $"{Home}Items:0 is empty; leave it out or give it a value.",
                $"{Home}Key must have at least 8 characters.",
                $"{Home}Names:a is 'one'; give a number from 1 to 10.",
                $"{Home}Names:b is empty; leave it out or give it a value.",
                $"{Home}Needed holds a character that can't be used (NUL); take it out.",
                $"{Home}On is 'yes'; it can be true or false.",
                $"{Home}Rules:0:Pipelin is not a known key; did you mean Pipeline?",
                $"{Home}Rules:0:Pipeline is missing; give a worker.",
                $"{Home}Sections:w has a value; it is a section with Wait.",
                $"{Home}Sections:w:Wait is '5'; write it as 00:00:05.",
                $"{Home}Share is '0,1'; give a share.",
                $"{Home}Since is 'soon', which is no time.",
                $"{Home}Wait is '90'; write it as 00:00:05.",
            ], errors.Order(StringComparer.Ordinal));
        Assert.Equal((5, TimeSpan.FromHours(1), Colour.Red), (options.Count, options.Wait, options.Colour));
        Assert.Equal(["x"], options.Items);
    }

    [Fact]
    public void A_secret_is_never_repeated_and_an_item_of_a_line_is_told_as_such()
    {
        Assert.Equal([$"{Home}Key must have at least 8 characters."], Read(("Needed", "a"), ("Key", "my-key")).Errors);
        Assert.Equal([$"{Home}Numbers holds '12'; give a number from 1 to 10.", $"{Home}Numbers holds 'x'; give a number from 1 to 10."], Read(("Needed", "a"), ("Key", "long enough"), ("Numbers", "12, 3, x")).Errors);
    }

    [Fact]
    public void A_list_that_must_be_there_is_missing_also_where_its_line_has_nothing_but_separators()
    {
        (string, string?)[] whole = [($"{Home}Needed", "a"), ($"{Home}Key", "long enough")];
        foreach (var line in new[] { ",", " , ,", " ", "" })
            Assert.Equal([$"{Home}Mails is missing; give one; the environment variable TEST_MAILS may hold it as well."], ReadMails([.. whole, ($"{Home}Mails", line)]).Errors);
        Assert.Equal([$"{Home}Mails:0 is empty; leave it out or give it a value."], ReadMails([($"{Home}Mails:0", "")]).Errors);
        Assert.Equal(["a", "b"], ReadMails([($"{Home}Mails", "a,,b,")]).Mails);
    }

    [Fact]
    public void What_must_go_together_is_told_after_all_was_read() =>
        Assert.Equal([$"{Home}Count is 7, and there are 2 items."], Read(("Needed", "check"), ("Key", "long enough"), ("Items", "x;y"), ("Count", "7")).Errors);

    [Fact]
    public void A_variable_counts_where_the_key_is_absent_or_blank()
    {
        (string, string?)[] variable = [("TEST_KEY", "from elsewhere"), ($"{Home}Needed", "a")];
        Assert.Equal("from elsewhere", ReadOf(variable).Options.Key);
        Assert.Equal("from elsewhere", ReadOf([.. variable, ($"{Home}Key", "")]).Options.Key);
        Assert.Equal("from the key", ReadOf([.. variable, ($"{Home}Key", "from the key")]).Options.Key);
    }

    private static (Options Options, IReadOnlyList<string> Errors) Read(params (string Key, string? Value)[] settings) => ReadOf([.. settings.Select(s => (Home + s.Key, s.Value))]);

    private static (Options Options, IReadOnlyList<string> Errors) ReadOf((string Key, string? Value)[] settings)
    {
        var errors = new List<string>();
        var configuration = ReadOptions.Configuration(settings);
        var read = new OptionsReader(configuration, errors.Add).Read<Options>();
        return (read, [.. errors, .. new MisspeltKeys(KnownKey.Of([typeof(Options), typeof(Store)]), _ => false).Find(configuration)]);
    }

    private static (IReadOnlyList<string> Mails, IReadOnlyList<string> Errors) ReadMails((string Key, string? Value)[] settings)
    {
        var errors = new List<string>();
        return (new OptionsReader(ReadOptions.Configuration(settings), errors.Add).Read<MailOptions>().Mails, errors);
    }

    [Section("JobLineage:Test")]
    private sealed record MailOptions
    {
        [Setting(Separators = ",", Required = "give one", Variable = "TEST_MAILS")]
        public IReadOnlyList<string> Mails { get; init; } = [];
    }

    private enum Colour
    {
        Red,
        DarkBlue,
    }

    [Section("JobLineage:Test")]
    private sealed record Options : ICheckedOptions
    {
        private const string NoNumber = "; give a number from 1 to 10";

        [Setting(Required = "give a name")]
        public string? Needed { get; init; }

        [Setting(NoNumber, Least = "1", Most = "10")]
        public int Count { get; init; } = 5;

        [Setting("; give a share", Least = "0", Most = "1")]
        public double? Share { get; init; }

        [Setting("; write it as 00:00:05", Least = "00:00:01")]
        public TimeSpan Wait { get; init; } = TimeSpan.FromHours(1);

        [Setting]
        public Colour Colour { get; init; }

        [Setting]
        public bool On { get; init; }

        [Setting(", which is no time")]
        public DateTimeOffset? Since { get; init; }

        [Setting(IsClearable = true)]
        public string? Clear { get; init; } = "start";

        [Secret(8, Required = "", Variable = "TEST_KEY")]
        public string? Key { get; init; }

        [Setting(Separators = ";")]
        public IReadOnlyList<string> Items { get; init; } = [];

        [Setting(NoNumber, Least = "1", Most = "10", Separators = ",")]
        public IReadOnlyList<int> Numbers { get; init; } = [];

        [Setting(Key = "Deep:Down")]
        public string? Down { get; init; }

        [Setting]
        public IReadOnlyList<Rule> Rules { get; init; } = [];

        [Setting(NoNumber, Least = "1", Most = "10")]
        public IReadOnlyDictionary<string, int> Names { get; init; } = new Dictionary<string, int> { ["kept"] = 3 };

        [Setting]
        public IReadOnlyDictionary<string, Inside> Sections { get; init; } = new Dictionary<string, Inside>();

        [Setting]
        public Inside Inner { get; init; } = new();

        public IEnumerable<(string Key, string Problem)> Check()
        {
            if (Needed == "check")
                yield return (nameof(Count), $"is {Count}, and there are {Items.Count} items");
        }
    }

    private sealed record Inside
    {
        [Setting("; write it as 00:00:05", Least = "00:00:01")]
        public TimeSpan? Wait { get; init; }
    }

    private sealed record Rule([property: Setting(Required = "give a worker")] string Pipeline);

    [Section("ConnectionStrings")]
    private sealed record Store
    {
        [Setting]
        public string? Name { get; init; }
    }
}
