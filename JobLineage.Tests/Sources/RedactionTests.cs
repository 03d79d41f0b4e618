using JobLineage.Core.Sources;

namespace JobLineage.Tests.Sources;

public sealed class RedactionTests
{
    private static readonly Redaction Usual = new();

    [Theory]
    [InlineData("""{"password": "x"}""", """{"password": "[redacted]"}""")]
    [InlineData("""{"a": 1, "token": {"b": [1, 2]}, "c": 3}""", """{"a": 1, "token": "[redacted]", "c": 3}""")]
    [InlineData("""{"accessToken": null, "API-KEY": 5}""", """{"accessToken": "[redacted]", "API-KEY": "[redacted]"}""")]
    [InlineData("""{"tokenizer": "x", "secretary": "y"}""", """{"tokenizer": "x", "secretary": "y"}""")]
    [InlineData("""[{"deep": [{"client_secret": "x"}]}]""", """[{"deep": [{"client_secret": "[redacted]"}]}]""")]
    [InlineData("""{"p\u0061ssword": "x"}""", """{"p\u0061ssword": "[redacted]"}""")]
    [InlineData("""{"url": "https://ann:pw@host/x"}""", """{"url": "https://[redacted]@host/x"}""")]
    public void Values_of_secret_keys_are_replaced_and_all_else_stays(string json, string expected) =>
        Assert.Equal((expected, false), Usual.Json(json));

    [Theory]
    [InlineData("""{"a": 1, "password": "hunter2 and mo""")]
    [InlineData("""{"a": 1, "password": {"b": "hunter2""")]
    [InlineData("""{"a": 1, "password": ["hunter2", """)]
    [InlineData("""{"a": 1, "password": "hunter2" oops""")]
    [InlineData("""not json, password: "hunter2""")]
    [InlineData("""{"a": {"password": "hunter2"}, "b": """)]
    public void A_secret_in_text_that_breaks_off_is_not_kept(string json) => Assert.DoesNotContain("hunter2", Usual.Json(json).Text);

    [Fact]
    public void No_length_at_which_a_text_is_cut_lets_a_secret_through()
    {
        const string json = """{"a": "xx", "password": "hunter2", "list": [{"token": ["hunter2", {"b": "hunter2"}]}], "z": "\"hunter\""}""";
        for (var length = 1; length <= json.Length; length++)
        {
            Assert.DoesNotContain("hunter2", Usual.Json(json[..length]).Text);
            var small = new Redaction(limit: length);
            Assert.True(small.Json(json) is var (text, _) && text!.Length <= length && !text.Contains("hunter2"));
        }
    }

    [Fact]
    public void No_length_at_which_a_message_is_cut_lets_a_secret_through()
    {
        const string text = """** (Boom) password: "hunter2", %{"token" => "hunter2"} Authorization: Bearer hunter2 {"cookie", 'hunter2'} https://ann:hunter2@host""";
        for (var length = 1; length < text.Length; length++)
        {
            // The half of an address' user is no secret yet.
            if (length < text.Length - "@host".Length)
                Assert.DoesNotContain("hunter2", Usual.FreeText(text[..length]).Text.Replace("https://ann:hunter2", ""));
            Assert.DoesNotContain("hunter2", new Redaction(limit: length).FreeText(text).Text);
        }
    }

    [Fact]
    public void JSON_that_is_too_deep_to_be_read_is_treated_as_text()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 200)) + """{"password": "hunter2"}""" + new string(']', 200);
        Assert.DoesNotContain("hunter2", Usual.Json(deep).Text);
    }

    [Theory]
    [InlineData("password=hunter2 rest", "password=[redacted] rest")]
    [InlineData("""%{"password" => "hunter2", a: 1}""", """%{"password" => [redacted], a: 1}""")]
    [InlineData("token: 'hunter2', a", "token: [redacted], a")]
    [InlineData("Authorization: Bearer hunter2", "Authorization: [redacted]")]
    [InlineData("""[{"authorization", "Bearer hunter2"}]""", """[{"authorization", [redacted]}]""")]
    [InlineData("""{"password":"a\"hunter2"}""", """{"password":[redacted]}""")]
    [InlineData("""password: "hunter2""", "password: [redacted]")]
    [InlineData("https://ann:hunter2@host/x", "https://[redacted]@host/x")]
    [InlineData("no secret here: 42", "no secret here: 42")]
    public void Secrets_in_free_text_are_replaced(string text, string expected) => Assert.Equal((expected, false), Usual.FreeText(text));

    [Fact]
    public void What_is_cut_says_so_and_ends_with_a_whole_character()
    {
        var small = new Redaction(limit: 5);
        Assert.Equal(("abcde", false), small.FreeText("abcde"));
        Assert.Equal(("abcde", true), small.FreeText("abcdef"));
        Assert.Equal(("abcd", true), small.FreeText("abcd😀"));
        Assert.Equal(("abcd", true), small.Json("abcd😀")!);
        Assert.Equal((null, false), small.Json(null));
    }
}
