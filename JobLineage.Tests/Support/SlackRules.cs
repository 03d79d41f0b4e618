using System.Text.Json;

namespace JobLineage.Tests.Support;

/// <summary>
/// What Slack refuses of a message in blocks, as its Block Kit reference documents it ("Blocks", "Header block", "Context block",
/// "Section block", "Rich text block", "Text object"): which blocks and elements there are, which fields each must have, how long texts
/// are, how many blocks and elements. Beyond it: no text in rich text is empty ("must be more than 0 characters"), and all texts
/// together are within what <c>msg_blocks_too_long</c> is known to refuse (slackapi/bolt-js issues 2509 and 2867).
/// </summary>
internal static class SlackRules
{
    private const int Blocks = 50;
    private const int AllCharacters = 11_000;
    private const int MessageText = 40_000;
    private const int HeaderText = 150;
    private const int Text = 3_000;
    private const int ContextElements = 10;

    private static readonly string[] Known = ["header", "context", "rich_text", "section", "divider"];

    /// <summary>What is wrong with a body that is posted to an incoming webhook; empty when nothing is.</summary>
    public static IReadOnlyList<string> Check(string body)
    {
        using var json = JsonDocument.Parse(body);
        var wrong = new List<string>();
        if (!json.RootElement.TryGetProperty("text", out var text) || text.ValueKind != JsonValueKind.String || text.GetString()!.Length is 0 or > MessageText)
            wrong.Add("text: the text for notifications is missing, empty or too long");
        if (!json.RootElement.TryGetProperty("blocks", out var blocks) || blocks.ValueKind != JsonValueKind.Array)
            return [.. wrong, "blocks: no list"];
        if (blocks.GetArrayLength() is 0 or > Blocks)
            wrong.Add($"blocks: {blocks.GetArrayLength()} of at most {Blocks}");
        var characters = 0;
        foreach (var (block, i) in blocks.EnumerateArray().Select((b, i) => (b, i)))
            Block(block, $"blocks/{i}", wrong, ref characters);
        if (characters > AllCharacters)
            wrong.Add($"blocks: {characters} characters in all of at most {AllCharacters}");
        return wrong;
    }

    private static void Block(JsonElement block, string at, List<string> wrong, ref int characters)
    {
        var type = Type(block);
        switch (type)
        {
            case "header":
                TextObject(Field(block, "text", at, wrong), $"{at}/text", ["plain_text"], HeaderText, wrong, ref characters);
                break;
            case "section" when block.TryGetProperty("text", out var text):
                TextObject(text, $"{at}/text", ["plain_text", "mrkdwn"], Text, wrong, ref characters);
                break;
            case "context":
                var elements = List(block, at, wrong);
                if (elements.Count > ContextElements)
                    wrong.Add($"{at}/elements: {elements.Count} of at most {ContextElements}");
                foreach (var (element, i) in elements.Select((e, i) => (e, i)))
                    TextObject(element, $"{at}/elements/{i}", ["plain_text", "mrkdwn"], Text, wrong, ref characters);
                break;
            case "rich_text":
                foreach (var (element, i) in List(block, at, wrong).Select((e, i) => (e, i)))
                    RichElement(element, $"{at}/elements/{i}", wrong, ref characters);
                break;
            case "divider":
                break;
            default:
                wrong.Add(Known.Contains(type) ? $"{at}: {type} without its text" : $"{at}: '{type}' is no block");
                break;
        }
    }

    private static void RichElement(JsonElement element, string at, List<string> wrong, ref int characters)
    {
        switch (Type(element))
        {
            case "rich_text_section" or "rich_text_preformatted" or "rich_text_quote":
                foreach (var (leaf, i) in List(element, at, wrong).Select((e, i) => (e, i)))
                    Leaf(leaf, $"{at}/elements/{i}", wrong, ref characters);
                break;
            case "rich_text_list":
                if (!element.TryGetProperty("style", out var style) || style.GetString() is not ("bullet" or "ordered"))
                    wrong.Add($"{at}/style: bullet or ordered");
                foreach (var (item, i) in List(element, at, wrong).Select((e, i) => (e, i)))
                {
                    if (Type(item) != "rich_text_section")
                        wrong.Add($"{at}/elements/{i}: a list holds rich_text_section alone");
                    else
                        RichElement(item, $"{at}/elements/{i}", wrong, ref characters);
                }

                break;
            case var other:
                wrong.Add($"{at}: '{other}' is no element of rich text");
                break;
        }
    }

    private static void Leaf(JsonElement leaf, string at, List<string> wrong, ref int characters)
    {
        var type = Type(leaf);
        if (type is not ("text" or "link"))
        {
            wrong.Add($"{at}: '{type}' is no leaf that a digest has");
            return;
        }

        var text = leaf.TryGetProperty("text", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (text.Length is 0 or > Text)
            wrong.Add($"{at}/text: {text.Length} characters, of 1 to {Text}");
        characters += text.Length;
        if (type == "link" && !(leaf.TryGetProperty("url", out var url) && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && url.GetString()!.Length <= Text))
            wrong.Add($"{at}/url: no address");
        if (leaf.TryGetProperty("style", out var style) && (style.ValueKind != JsonValueKind.Object || style.EnumerateObject().Any(s => s.Name is not ("bold" or "italic" or "strike" or "code") || s.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))))
            wrong.Add($"{at}/style: bold, italic, strike, code");
    }

    private static void TextObject(JsonElement? text, string at, string[] types, int most, List<string> wrong, ref int characters)
    {
        if (text is not { ValueKind: JsonValueKind.Object } value || !types.Contains(Type(value)))
        {
            wrong.Add($"{at}: no text object of {string.Join(" or ", types)}");
            return;
        }

        var length = value.TryGetProperty("text", out var words) && words.ValueKind == JsonValueKind.String ? words.GetString()!.Length : 0;
        characters += length;
        if (length is 0 || length > most)
            wrong.Add($"{at}/text: {length} characters, of 1 to {most}");
        if (Type(value) == "mrkdwn" && value.TryGetProperty("emoji", out _))
            wrong.Add($"{at}/emoji: only in plain_text");
    }

    private static List<JsonElement> List(JsonElement element, string at, List<string> wrong)
    {
        if (!element.TryGetProperty("elements", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            wrong.Add($"{at}/elements: no list, or an empty one");
            return [];
        }

        return [.. list.EnumerateArray()];
    }

    private static JsonElement? Field(JsonElement element, string name, string at, List<string> wrong)
    {
        if (element.TryGetProperty(name, out var value))
            return value;
        wrong.Add($"{at}/{name}: is missing");
        return null;
    }

    private static string Type(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var type) ? type.GetString() ?? "" : element.ValueKind.ToString();
}
