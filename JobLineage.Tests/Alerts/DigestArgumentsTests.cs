using JobLineage.Core.Alerts;

namespace JobLineage.Tests.Alerts;

/// <summary>What tells jobs of one type apart.</summary>
public sealed class DigestArgumentsTests
{
    [Fact]
    public void The_key_whose_values_differ_stands_beside_each_job() => Assert.Equal(
        ["page=1", "page=2", null],
        Of("""{"city": "Krakow", "page": 1}""", """{"city": "Krakow", "page": 2}""", """{"city": "Krakow"}"""));

    [Fact]
    public void Two_keys_stand_there_where_one_does_not_tell_all_apart() => Assert.Equal(
        ["page=1, city=a", "page=1, city=b", "page=2, city=a"],
        Of("""{"city": "a", "page": 1}""", """{"city": "b", "page": 1}""", """{"city": "a", "page": 2}""").Select(Sorted));

    [Fact]
    public void A_key_that_names_what_is_worked_on_goes_before_others_that_tell_as_much() => Assert.Equal(
        ["movie_id=7", "movie_id=8"], Of("""{"at": 1, "movie_id": 7}""", """{"at": 2, "movie_id": 8}"""));

    [Fact]
    public void A_time_tells_jobs_apart_only_where_nothing_else_does()
    {
        Assert.Equal(["movie=a", "movie=b"], Of("""{"at": "2026-03-14T12:00:00Z", "movie": "a"}""", """{"at": "2026-03-14T12:00:01Z", "movie": "b"}"""));
        Assert.Equal(["at=2026-03-14T12:00:00Z", "at=2026-03-14T12:00:01Z"], Of("""{"at": "2026-03-14T12:00:00Z", "movie": "a"}""", """{"at": "2026-03-14T12:00:01Z", "movie": "a"}"""));
    }

    [Fact]
    public void Keys_below_a_key_count_and_lists_do_not() => Assert.Equal(
        ["movie.id=7", "movie.id=8"], Of("""{"l": [1], "movie": {"id": 7}}""", """{"l": [2], "movie": {"id": 8}}"""));

    [Fact]
    public void Where_targets_tell_jobs_apart_nothing_is_added() => Assert.Equal(
        [null, null], DigestArguments.Of([("""{"page": 1}""", "a"), ("""{"page": 2}""", "b")]));

    [Fact]
    public void What_is_redacted_or_equal_or_no_json_tells_nothing()
    {
        Assert.Equal([null, null], Of("""{"token": "[redacted]"}""", """{"token": "[redacted]"}"""));
        Assert.Equal([null, null], Of("""{"page": 1""", null));
        Assert.Equal([null, null], Of("[1]", "[2]"));
    }

    [Fact]
    public void Of_the_only_one_of_its_type_its_first_arguments_are_shown_unless_it_has_a_target()
    {
        Assert.Equal(["movie_id=7, city=a"], Of("""{"city": "a", "page": 1, "movie_id": 7}"""));
        Assert.Equal([null], DigestArguments.Of([("""{"page": 1}""", "a")]));
    }

    [Fact]
    public void Values_stay_on_their_line_and_are_short() => Assert.All(
        Of($$"""{"a": "x\r\ny\u202e{{new string('z', 500)}}"}""", """{"a": "b"}"""),
        words => Assert.True(words!.Length < 100 && !words.Contains('\n') && !words.Contains('\u202E')));

    private static IReadOnlyList<string?> Of(params string?[] args) => DigestArguments.Of([.. args.Select(a => (a, (string?)null))]);

    /// <summary>Either key may be chosen first.</summary>
    private static string Sorted(string? words) => string.Join(", ", words!.Split(", ").OrderDescending(StringComparer.Ordinal));
}
