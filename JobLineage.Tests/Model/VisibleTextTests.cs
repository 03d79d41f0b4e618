using System.Text;
using System.Text.Json;
using JobLineage.Core.Model;

namespace JobLineage.Tests.Model;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("a\u001b[31mb", "a\ufffd[31mb")]
    [InlineData("a\r\nb", "a\ufffd\ufffdb")]
    [InlineData("\u0000\u0007\u007f\u009b2J", "\ufffd\ufffd\ufffd\ufffd2J")]
    [InlineData("a\u202egnp.exe\u202c", "a\ufffdgnp.exe\ufffd")]
    [InlineData("\u2066x\u2069\u200e\u200f\u061c", "\ufffdx\ufffd\ufffd\ufffd\ufffd")]
    [InlineData("ad\u200bm\u200ci\u200dn\ufeff\u2060\u00ad", "ad\ufffdm\ufffdi\ufffdn\ufffd\ufffd\ufffd")]
    [InlineData("a\u2028b\u2029c\u0085d", "a\ufffdb\ufffdc\ufffdd")]
    [InlineData("\u3164\u115f\uffa0\u034f", "\ufffd\ufffd\ufffd\ufffd")]
    [InlineData("\U000e0041", "\ufffd")]
    [InlineData("Zażółć 名前 🤖 e\u0301 \u0600\u0661", "Zażółć 名前 🤖 e\u0301 \u0600\u0661")]
    [InlineData("plain", "plain")]
    public void What_cannot_be_seen_is_seen(string text, string expected) => Assert.Equal(expected, VisibleText.Line(text));

    [Fact]
    public void Half_of_a_pair_is_seen() => Assert.Equal("half \ufffd pair", VisibleText.Line("half \ud800 pair"));

    [Fact]
    public void Lines_stay_lines() => Assert.Equal("a\nb c\ufffdd\n", VisibleText.Lines("a\r\nb\tc\rd\n"));

    [Fact]
    public void No_character_of_the_categories_that_hide_gets_through()
    {
        for (var c = 0; c < 0x10ffff; c++)
        {
            if (!Rune.IsValid(c))
                continue;
            var rune = new Rune(c);
            var shown = VisibleText.Line(rune.ToString());
            Assert.Equal(VisibleText.IsHidden(rune) ? "\ufffd" : rune.ToString(), shown);
        }
    }

    [Fact]
    public void JSON_stays_the_same_JSON()
    {
        var json = """{"a": "x""" + "\u202e\u200b\u2028\u009b" + """ y", "b": [1]}""" + "\n";

        var shown = VisibleText.Json(json);

        Assert.DoesNotContain(shown, c => c != '\n' && VisibleText.IsHidden(new Rune(c)));
        Assert.Equal(JsonDocument.Parse(json).RootElement.GetProperty("a").GetString(), JsonDocument.Parse(shown).RootElement.GetProperty("a").GetString());
    }
}
