namespace JobLineage.Dashboard.Demo.Pipelines;

/// <summary>A movie of the cinema programme.</summary>
internal sealed record Movie(string Slug, string Title);

/// <summary>The programme: titles as a listing has them, some of them not what a screen expects.</summary>
internal static class Movies
{
    private static readonly string[] Titles =
    [
        "Anioł Stróż", "Żółte kwiaty", "Chłopi", "Różyczka 2", "Wróg", "Łowca cieni", "Zwierzogród 2", "Flow", "Vermiglio",
        "Strefa interesów", "Święto ognia", "Konklawe", "Wicked: Na dobre", "Predator: Strefa zagrożenia", "Czerwone maki",
        "Biała odwaga", "Zielona granica", "Kos", "Ministranci", "Dom dobry", "Franz Kafka", "Chopin, Chopin!", "Wielka Warszawska",
        "Światłoczuła", "Teściowie 3", "Glina. Nowy rozdział", "Jedna bitwa po drugiej", "Avatar: Ogień i popiół",
        "Wartość sentymentalna", "To był zwykły przypadek", "Tajny agent", "Bugonia", "Eddington", "Głos Hind Rajab",
        "Sirât", "Pod wiatr", "Kopnęłabym cię, gdybym mogła", "Amélie", "Perfect Days", "Czerwony żółw", "Złe ciasto", "Noc żywych",
    ];

    // What a listing may hold: nothing in a title may run, format or address anything where it is shown.
    private static readonly string[] Hostile =
    [
        "<script>alert('title')</script>",
        "\"><img src=x onerror=alert(document.domain)>",
        "=cmd|'/c calc'!A0 \u202eeltit\u0007",
    ];

    private static readonly string[] Cinemas =
    [
        "Kino Agrafka", "Kijów.Centrum", "Kino Pod Baranami", "Kino Mikro", "Kino Sfinks", "Kino Paradox", "Multikino Kraków",
        "Cinema City Bonarka", "Cinema City Kazimierz",
    ];

    /// <summary>The movie at an index of the listing.</summary>
    public static Movie At(int index)
    {
        if (index is 11 or 37 or 64)
        {
            var number = index / 30;
            return new($"untitled-{number}", Hostile[number]);
        }

        var title = Titles[index % Titles.Length];
        return index < Titles.Length ? new(Slug(title), title) : new(Slug(title) + "-dubbing", title + " (wersja z dubbingiem)");
    }

    /// <summary>The cinema of a showtime.</summary>
    public static string Cinema(int number) => Cinemas[number % Cinemas.Length];

    /// <summary>A title as it stands in an address.</summary>
    public static string Slug(string title)
    {
        const string from = "ąćęłńóśźżâé";
        const string to = "acelnoszzae";
        var slug = new char[title.Length];
        var length = 0;
        foreach (var letter in title.ToLowerInvariant())
        {
            var plain = from.IndexOf(letter) is var at and >= 0 ? to[at] : letter;
            if (char.IsAsciiLetterOrDigit(plain))
                slug[length++] = plain;
            else if (length > 0 && slug[length - 1] != '-')
                slug[length++] = '-';
        }

        return new string(slug, 0, length).Trim('-');
    }
}
