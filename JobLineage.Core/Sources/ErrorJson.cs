using System.Text.Json;

namespace JobLineage.Core.Sources;

/// <summary>
/// Takes class, message and stack out of an error that a queue keeps as JSON, so that what is shown, and what errors have in common, is what a person would have read in a log.
/// Knows the members that Ruby, JavaScript, .NET, Python and Go programs write, and superjson's envelope. Pure.
/// </summary>
public static class ErrorJson
{
    private static readonly string[] Classes = ["exception_class", "ExceptionType", "error_class", "class", "name", "type"];
    private static readonly string[] Messages = ["exception_message", "ExceptionMessage", "message", "error", "msg", "reason"];
    private static readonly string[] Stacks = ["ExceptionDetails", "stack", "stacktrace", "stackTrace", "backtrace", "trace", "traceback"];

    /// <summary>An error that may be JSON, as text; what is none stays as it is.</summary>
    public static string Read(string text)
    {
        var start = text.AsSpan().TrimStart();
        if (start.Length == 0 || start[0] is not ('{' or '"'))
            return text;
        try
        {
            using var document = JsonDocument.Parse(text);
            return Read(document.RootElement) ?? text;
        }
        catch (JsonException)
        {
            // It only looks like it, or breaks off.
            return text;
        }
    }

    /// <summary>The error in a JSON value; null where there is none that is known.</summary>
    internal static string? Read(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            return Text(value);
        if (value.ValueKind != JsonValueKind.Object)
            return null;
        // superjson: {"json":{…},"meta":{…}}.
        if (value.TryGetProperty("json", out var inner) && inner.ValueKind is JsonValueKind.Object or JsonValueKind.String && Find(value, Messages) is null)
            return Read(inner);
        var (message, stack, type) = (Find(value, Messages), Find(value, Stacks), Find(value, Classes));
        if (message is null && stack is null)
            return null;
        // Most stacks begin with class and message.
        if (stack is not null && (message is null || stack.AsSpan(0, Math.Min(stack.Length, message.Length + 400)).Contains(message, StringComparison.Ordinal)))
            return stack;
        var line = message is null ? type : type is null || message.StartsWith(type, StringComparison.Ordinal) ? message : $"{type}: {message}";
        return stack is null ? line : $"{line}\n{stack}";
    }

    private static string? Find(JsonElement value, string[] names)
    {
        foreach (var name in names)
        {
            if (!value.TryGetProperty(name, out var member))
                continue;
            if (member.ValueKind == JsonValueKind.Object && Read(member) is { } inner)
                return inner;
            if (member.ValueKind == JsonValueKind.Array)
                return string.Join('\n', member.EnumerateArray().Select(Text));
            if (member.ValueKind is not JsonValueKind.Null && Text(member) is { Length: > 0 } text)
                return text;
        }

        return null;
    }

    /// <summary>A value as text that Postgres takes: a string without its quotes, anything else as it is written.</summary>
    internal static string Text(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
            return element.GetRawText();
        try
        {
            // JSON may hold a NUL; text in Postgres may not.
            return element.GetString()!.Replace('\0', '\uFFFD');
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: it stays as it is written.
            return element.GetRawText();
        }
    }
}
