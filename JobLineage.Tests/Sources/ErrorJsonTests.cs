using JobLineage.Core.Sources;

namespace JobLineage.Tests.Sources;

public sealed class ErrorJsonTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("{ broken", "{ broken")]
    [InlineData("""{"count": 3}""", """{"count": 3}""")]
    [InlineData("""{"exception_class":"RuntimeError","message":"no","backtrace":["a.rb:1","b.rb:2"]}""", "RuntimeError: no\na.rb:1\nb.rb:2")]
    [InlineData("""{"name":"Error","message":"no","stack":"Error: no\n    at x"}""", "Error: no\n    at x")]
    [InlineData("""{"ExceptionType":"System.Exception","ExceptionMessage":"no","ExceptionDetails":"System.Exception: no\n   at X"}""", "System.Exception: no\n   at X")]
    [InlineData("""{"json":{"name":"Error","message":"no"},"meta":{},"__dbos_serializer":"superjson"}""", "Error: no")]
    [InlineData("""{"error":"no","trace":"main.go:42"}""", "no\nmain.go:42")]
    [InlineData("""{"error":{"type":"Timeout","message":"no"}}""", "Timeout: no")]
    [InlineData("\"no\"", "no")]
    public void The_message_comes_first_then_the_stack(string json, string expected) => Assert.Equal(expected, ErrorJson.Read(json));

    [Fact]
    public void An_error_of_an_array_is_read_likewise()
    {
        var error = Assert.Single(ErrorsParser.Parse("""[{"at":"2026-01-01T00:00:00Z","attempt":2,"error":"no","trace":"main.go:42"}]""", text => text));
        Assert.Equal((2, "no", "no\nmain.go:42"), (error.Attempt, error.FirstLine, error.Message));
    }
}
