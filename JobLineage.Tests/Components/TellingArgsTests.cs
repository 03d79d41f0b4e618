using JobLineage.Dashboard.Components.Shared;

namespace JobLineage.Tests.Components;

public sealed class TellingArgsTests
{
    [Fact]
    public void What_differs_comes_first_in_the_order_of_each_job() => Assert.Equal(
        ["""{"page": 17, "city": "Oslo", "source": "kino"}""", """{"city": "Bergen", "page": 18, "source": "kino"}""", """{"page": 18, "source": "kino"}"""],
        TellingArgs.Of(["""{"source":"kino","page":17,"city":"Oslo"}""", """{"city":"Bergen","source":"kino","page":18}""", """{"source":"kino","page":18}"""]));

    [Theory]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"a":1}""", null)]
    [InlineData("""{"a":1}""", "[1]")]
    [InlineData("""{"a":1}""", """{"a":1,"long":"cut o""")]
    [InlineData("""{"a":1}""", """{"\ud800":1}""")]
    public void What_can_not_be_compared_stays_as_it_is(params string?[] args) =>
        Assert.Equal(args.Select(text => text ?? ""), TellingArgs.Of(args));

    [Fact]
    public void A_name_of_quotes_stays_one_name() =>
        Assert.Equal(["""{"\u0022}": 1}""", """{"\u0022}": 2}"""], TellingArgs.Of(["""{"\"}":1}""", """{"\"}":2}"""]));
}
