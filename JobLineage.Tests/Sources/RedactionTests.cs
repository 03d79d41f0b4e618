using System.Text.Json;
using JobLineage.Core.Sources;

namespace JobLineage.Tests.Sources;

public sealed class RedactionTests
{
    private static readonly Redaction Usual = new();

    [Theory]
    [InlineData("""{"password": "x"}""", """{"password": "[redacted]"}""")]
    [InlineData("""{"a": 1, "token": {"b": [1, 2]}, "c": 3}""", """{"a": 1, "token": "[redacted]", "c": 3}""")]
    [InlineData("""{"accessToken": "x", "API-KEY": 5}""", """{"accessToken": "[redacted]", "API-KEY": "[redacted]"}""")]
    [InlineData("""[{"deep": [{"client_secret": "x"}]}]""", """[{"deep": [{"client_secret": "[redacted]"}]}]""")]
    [InlineData("""{"p\u0061ssword": "x"}""", """{"p\u0061ssword": "[redacted]"}""")]
    // Plurals and joined words.
    [InlineData("""{"tokens": ["a"], "dbpassword": "x", "accesstoken": "y", "userTokens": "z"}""", """{"tokens": "[redacted]", "dbpassword": "[redacted]", "accesstoken": "[redacted]", "userTokens": "[redacted]"}""")]
    [InlineData("""{"passwordhash": "x", "session_cookies": "y", "DB_PASS": "z", "credentials": {}}""", """{"passwordhash": "[redacted]", "session_cookies": "[redacted]", "DB_PASS": "[redacted]", "credentials": "[redacted]"}""")]
    // Within strings.
    [InlineData("""{"url": "https://ann:pw@host/x", "r": "redis://:pw@h", "g": "https://tok@host/x"}""", """{"url": "https://[redacted]@host/x", "r": "redis://[redacted]@h", "g": "https://[redacted]@host/x"}""")]
    [InlineData("""{"h": "Bearer abc.def1", "u": "/cb?access_token=abc&x=1"}""", """{"h": "Bearer [redacted]", "u": "/cb?access_token=[redacted]&x=1"}""")]
    [InlineData("""{"c": "Host=db;Password=a b;Database=x"}""", """{"c": "Host=db;Password=[redacted];Database=x"}""")]
    [InlineData("""{"body": "{\"password\": \"a\\\"b\", \"x\": [1]}"}""", """{"body": "{\"password\": \"[redacted]\", \"x\": [1]}"}""")]
    [InlineData("""{"u": "https:\/\/ann:hunter2@host\/x"}""", """{"u": "https://[redacted]@host/x"}""")]
    [InlineData("""{"h": "Cookie: a=1; sid=2", "contraseñaDelCliente": "x"}""", """{"h": "Cookie: [redacted]", "contraseñaDelCliente": "x"}""")]
    [InlineData("""{"env": [{"name": "DB_PASSWORD", "value": "x"}, {"name": "PORT", "value": "5"}]}""", """{"env": [{"name": "DB_PASSWORD", "value": "[redacted]"}, {"name": "PORT", "value": "5"}]}""")]
    public void Secrets_in_JSON_are_replaced_and_all_else_stays(string json, string expected)
    {
        Assert.Equal((expected, false), Usual.Json(json));
        Assert.Equal((expected, false), Usual.Json(expected));
    }

    [Theory]
    [InlineData("""{"tokenizer": "x", "secretary": "y", "keyboard": "z", "passwordless": true}""")]
    [InlineData("""{"token_count": 5, "max_tokens": 4096, "tokens": 12, "promptTokens": 7, "token_id": 42, "password_attempts": 3}""")]
    [InlineData("""{"token_type": "bearer", "secret_name": "db-creds", "token_expires_at": "2026-03-14T12:00:00Z"}""")]
    [InlineData("""{"token": null, "password": false, "password_required": true}""")]
    [InlineData("""{"text": "Unexpected token: } in JSON at position 0", "more": "password authentication failed for user \"me\""}""")]
    [InlineData("""{"text": "bearer token expired, Basic authentication failed on the Basic plan, max_tokens: 4096, password: nil"}""")]
    [InlineData("""{"at": ["ssh://git@github.com/a", "postgres://reader@db/app", "http://host:8080/@user", "https://host/path?mail=a@b.c"]}""")]
    [InlineData("""{"name": "SurveyJobProcessing.HandleAll", "topic": "MSG.RECEIVED_EVERYTHING.AND_MORE_OF_IT", "flag": "task_live_2024report", "key": "EURASIA0123456789ABCDEF"}""")]
    [InlineData("""{"log": "GET /basic HTTP/1.1, Basic HTTP/1.1 and Basic CI/CD work", "id": "AKIA0123456789ABCDEFGHIJ"}""")]
    [InlineData("""{"name": "task-processing-worker-queue-name-very-long", "id": "App::Worker", "x": "a == b, c := d"}""")]
    public void What_is_harmless_stays(string json) => Assert.Equal((json, false), Usual.Json(json));

    [Theory]
    [InlineData("""{"token_count": "hunter2!"}""")]
    [InlineData("""{"token_type": "hunter2"}""")]
    [InlineData("""{"token_expires_at": "hunter2"}""")]
    [InlineData("""{"tokens": "12hunter2"}""")]
    [InlineData("""{"a": 1, "password": "hunter2 and mo""")]
    [InlineData("""{"a": 1, "password": {"b": "hunter2""")]
    [InlineData("""{"a": 1, "password": ["hunter2", """)]
    [InlineData("""{"a": 1, "password": "hunter2" oops""")]
    [InlineData("""not json, password: "hunter2""")]
    [InlineData("""{"a": {"password": "hunter2"}, "b": """)]
    [InlineData("\"Bearer hunter2")]
    [InlineData("""{"a": "Bearer hunter2" """)]
    public void A_secret_in_text_that_is_odd_or_breaks_off_is_not_kept(string json) => Assert.DoesNotContain("hunter2", Usual.Json(json).Text);

    [Fact]
    public void No_length_at_which_a_text_is_cut_lets_a_secret_through()
    {
        const string json = """{"a": "xx", "password": "hunter2", "list": [{"token": ["hunter2", {"b": "hunter2"}]}], "h": "Bearer hunter2", "u": "redis://:hunter2@h", "z": "\"hunter\""}""";
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
            Assert.DoesNotContain("hunter2", Usual.FreeText(text[..length]).Text);
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
    [InlineData("postgres://u:p@ss@db/x postgres://u:p/s#s@db/x", "postgres://[redacted]@db/x postgres://[redacted]@db/x")]
    [InlineData("""{:password, "x"} ('token', 'y') tokens: ["a", "b"], z""", """{:password, [redacted]} ('token', [redacted]) tokens: [redacted], z""")]
    [InlineData("""{"error": "{\"token\":\"x y\",\"n\":1}"}""", """{"error": "{\"token\":[redacted],\"n\":1}"}""")]
    [InlineData("""{"e": "{\"a\":\"{\\\"token\\\":\\\"x\\\\\\\"y\\\",\\\"n\\\":1}\"}"}""", """{"e": "{\"a\":\"{\\\"token\\\":[redacted],\\\"n\\\":1}\"}"}""")]
    [InlineData("DB_PASSWORD=ab)cd,ef; next", "DB_PASSWORD=[redacted]; next")]
    [InlineData("f(password=x, user=y) and #Conn<token: abc>", "f(password=[redacted], user=y) and #Conn<token: [redacted]>")]
    [InlineData("password := \"x\"", "password := [redacted]")]
    [InlineData("Basic dXNlcjpwYXNz", "Basic [redacted]")]
    [InlineData("sent Basic dXNlcjpwYXNz. It failed", "sent Basic [redacted] It failed")]
    [InlineData("sent Basic YTpi to it", "sent Basic [redacted] to it")]
    [InlineData("Cookie: theme=dark; session=hunter2; other=\"a b\"; last=hunter3\nHost: x", "Cookie: [redacted]\nHost: x")]
    [InlineData("curl -H 'Cookie: a=b; session=hunter2' https://x", "curl -H 'Cookie: [redacted]' https://x")]
    [InlineData("Authorization: Digest username=\"ann\", response=\"hunter2\"", "Authorization: [redacted]")]
    [InlineData("Authorization: AWS4-HMAC-SHA256 Credential=x, Signature=hunter2", "Authorization: [redacted]")]
    [InlineData(@"{""log"": ""Set-Cookie: a=\""x\""; b=hunter2\r\nHost: y""}", @"{""log"": ""Set-Cookie: [redacted]\r\nHost: y""}")]
    [InlineData("HTTP_COOKIE=a=b; c=hunter2", "HTTP_COOKIE=[redacted]")]
    [InlineData("/cb?cookie=abc&x=1", "/cb?cookie=[redacted]&x=1")]
    [InlineData(@"got https:\/\/ann:hunter2@host\/x and postgres:\/\/u:p\/w@db", @"got https:\/\/[redacted]@host\/x and postgres:\/\/[redacted]@db")]
    [InlineData(@"first\nghp_0123456789abcdef0123 t%3Dghp_0123456789abcdef0123", @"first\n[redacted] t%3D[redacted]")]
    [InlineData("https://h/x?sig=abc%2F&se=1&X-Amz-Signature=00ff", "https://h/x?sig=[redacted]&se=1&X-Amz-Signature=[redacted]")]
    [InlineData("no secret here: 42", "no secret here: 42")]
    public void Secrets_in_free_text_are_replaced(string text, string expected)
    {
        Assert.Equal((expected, false), Usual.FreeText(text));
        Assert.Equal((expected, false), Usual.FreeText(expected));
    }

    [Theory]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_d")]
    [InlineData("ghp_0123456789abcdefABCD")]
    [InlineData("github_pat_11ABCDEFG0123456789_abc")]
    [InlineData("glpat-0123456789abcdefghij")]
    [InlineData("xoxb-1234-5678-abcdef")]
    [InlineData("AKIAIOSFODNN7EXAMPLE")]
    [InlineData("sk_live_0123456789abcdef")]
    [InlineData("rk_test_0123456789abcdef")]
    [InlineData("whsec_0123456789abcdef")]
    [InlineData("SG.0123456789abcdef.0123456789abcdef")]
    [InlineData("AIzaSyA1234567890abcdefghijklmnopqrstuv")]
    [InlineData("sk-ant-0123456789abcdefghij")]
    [InlineData("npg_0123456789ab")]
    [InlineData("hooks.slack.com/services/T00/B00/XXX")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nabc\n-----END RSA PRIVATE KEY-----")]
    public void What_is_known_by_its_looks_is_replaced_wherever_it_stands(string secret)
    {
        Assert.Equal("see [redacted] there", Usual.FreeText($"see {secret} there").Text);
        var json = JsonSerializer.Serialize(new { a = new[] { $"see {secret} there" } });
        Assert.Equal("see [redacted] there", JsonDocument.Parse(Usual.Json(json).Text!).RootElement.GetProperty("a")[0].GetString());
        Assert.Equal(("see [redacted] there", false), Usual.Column("note", $"see {secret} there"));
        // In JSON within a string of JSON.
        Assert.DoesNotContain(secret[^6..], Usual.Json(JsonSerializer.Serialize(new { body = json })).Text);
    }

    [Fact]
    public void A_second_time_changes_nothing_and_JSON_stays_JSON()
    {
        string[] pieces =
        [
            "password", "token", ":", "=", "=>", "\"", "'", "\\", "\\\"", "{", "}", "[", "]", "(", ")", ",", " ", ";", "&", "?", "://", "@", "/", "user", "hunter2", "Bearer ", "[redacted]", "5",
            "null", "ghp_0123456789abcdef0123", "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----", "\n", "http", "sig", "eyJhbGciOi12.eyJzdWIi.abc", "name", "value", "%", "token_count",
        ];
        var random = new Random(20260314);
        for (var trial = 0; trial < 5_000; trial++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => pieces[random.Next(pieces.Length)]));
            var once = Usual.FreeText(text).Text;
            Assert.Equal(once, Usual.FreeText(once).Text);
            var json = Usual.Json(JsonSerializer.Serialize(new { a = text, b = new[] { text } })).Text!;
            Assert.Equal(json, Usual.Json(json).Text);
            using var parsed = JsonDocument.Parse(json);
        }
    }

    [Fact]
    public void A_list_of_words_of_ones_own_takes_the_place_of_ours_and_none_at_all_takes_nothing_out()
    {
        Assert.Equal("""{"pin": "[redacted]", "spin": 1, "password": "x"}""", new Redaction(["pin"]).Json("""{"pin": 1234, "spin": 1, "password": "x"}""").Text);
        Assert.Equal("password=x ghp_0123456789abcdef0123", new Redaction([]).FreeText("password=x ghp_0123456789abcdef0123").Text);
    }

    [Theory]
    [InlineData("contraseña", """{"contraseña": "x", "contraseñaDelCliente": "y", "CONTRASEÑA": "z"}""", """{"contraseña": "[redacted]", "contraseñaDelCliente": "[redacted]", "CONTRASEÑA": "[redacted]"}""")]
    [InlineData("пароль", """{"пароль": "x", "парольный": "y", "db_пароль": "z"}""", """{"пароль": "[redacted]", "парольный": "y", "db_пароль": "[redacted]"}""")]
    [InlineData("密码", """{"密码": "x", "user_密码": "y"}""", """{"密码": "[redacted]", "user_密码": "[redacted]"}""")]
    public void A_word_of_any_language_makes_a_key_secret(string word, string json, string expected) => Assert.Equal(expected, new Redaction([word]).Json(json).Text);

    [Fact]
    public void Text_of_nothing_but_keys_whose_values_hold_all_that_follows_takes_one_pass()
    {
        // With a pass for each key this would not end.
        var text = string.Concat(Enumerable.Repeat("a:{", 1_000_000)) + " token";
        Assert.Equal((text, false), new Redaction(limit: text.Length).FreeText(text));
    }

    [Fact]
    public void A_line_in_a_sentence_is_short_and_holds_no_secret()
    {
        Assert.Equal("invalid input syntax for type bigint: \"password=[redacted]\"", Usual.Line("invalid input syntax for type bigint: \"password=hunter2\"\nmore."));
        Assert.Equal(301, Usual.Line(new string('x', 5_000)).Length);
    }

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
