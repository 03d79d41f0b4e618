using System.Net.Mail;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace JobLineage.Bench.Digest;

/// <summary>
/// What SendGrid's API, version 3, documents that it refuses in a request to <c>mail/send</c>. Sources: the limits are those
/// of https://docs.sendgrid.com/api-reference/mail-send/limitations; the errors, their texts, the order of the contents and
/// the reserved headers those of https://docs.sendgrid.com/api-reference/mail-send/errors; the key's place is that of
/// https://www.twilio.com/docs/sendgrid/api-reference/mail-send; <c>X-Message-Id</c> that of
/// https://sendgrid.com/docs/glossary/x-message-id/.
/// </summary>
public static class SendGridRules
{
    private const int MostPersonalizations = 1_000;
    private const int MostRecipients = 1_000;
    private const int MostArgumentBytes = 10_000;
    private const int MostCategories = 10;
    private const int CategoryLimit = 255;
    private const int AddressLimit = 320;

    // The API takes less than 30 MB; what receivers take is less, and 20 MB is what SendGrid advises
    // (https://sendgrid.com/docs/Classroom/Build/Add_Content/whats_the_recommended_message_size_limit.html).
    private const int MostBytes = 20_000_000;

    private static readonly string[] Reserved =
    [
        "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from", "subject", "reply-to", "cc", "bcc",
    ];

    /// <summary>Answers as the API does: 202 with <c>X-Message-Id</c>, 401, or 400 with all that is wrong.</summary>
    /// <param name="context">The request.</param>
    /// <param name="body">Its body.</param>
    /// <param name="key">The key that is known.</param>
    /// <param name="id">What the message is called.</param>
    public static Task AnswerAsync(HttpContext context, string body, string key, string id)
    {
        if (context.Request.Headers.Authorization != $"Bearer {key}")
            return ErrorsAsync(context, 401, [("", "The provided authorization grant is invalid, expired, or revoked")]);
        var wrong = Check(context.Request.ContentType, body);
        if (wrong.Count > 0)
            return ErrorsAsync(context, 400, wrong);
        context.Response.Headers["X-Message-Id"] = id;
        return HttpLookAlike.StatusAsync(context, 202);
    }

    /// <summary>What is wrong with a request: the field, and the API's sentence.</summary>
    public static IReadOnlyList<(string Field, string Message)> Check(string? contentType, string body)
    {
        if (contentType?.Split(';')[0] != "application/json")
            return [("", "The content type must be application/json.")];
        if (Encoding.UTF8.GetByteCount(body) > MostBytes)
            return [("", "The JSON payload you have included in your request is too large.")];
        try
        {
            using var json = JsonDocument.Parse(body);
            var wrong = new List<(string, string)>();
            CheckPersonalizations(json.RootElement, wrong);
            CheckMessage(json.RootElement, wrong);
            CheckContent(json.RootElement, wrong);
            CheckHeaders(json.RootElement, wrong);
            CheckArguments(json.RootElement, wrong);
            return wrong;
        }
        catch (JsonException)
        {
            return [("", "Bad Request")];
        }
    }

    private static void CheckPersonalizations(JsonElement json, List<(string, string)> wrong)
    {
        var blocks = Items(json, "personalizations");
        if (blocks.Count == 0)
            wrong.Add(("personalizations", "You must have at least one personalization."));
        if (blocks.Count > MostPersonalizations)
            wrong.Add(("personalizations", "The personalization block is limited to 1000 personalizations per API request."));
        var recipients = new List<JsonElement>();
        foreach (var block in blocks)
        {
            if (Items(block, "to").Count == 0)
                wrong.Add(("personalizations.to", "The to parameter is required for all personalization objects."));
            recipients.AddRange(new[] { "to", "cc", "bcc" }.SelectMany(kind => Items(block, kind)));
        }

        if (recipients.Count > MostRecipients)
            wrong.Add(("personalizations", "There is a limit of 1000 total recipients (to + cc + bcc) per request."));
        foreach (var recipient in recipients)
        {
            CheckAddress("personalizations.to", recipient, wrong);
            if (Text(recipient, "name") is { } name && name.AsSpan().ContainsAny(',', ';'))
                wrong.Add(("personalizations.to", "The to.name cannot include either the ; or , characters."));
        }

        foreach (var twice in recipients.CountBy(r => Text(r, "email")?.ToLowerInvariant() ?? "").Where(c => c.Value > 1))
            wrong.Add(("personalizations", $"Each unique email address in the personalizations array should only be included once. You have included {twice.Key} more than once."));
    }

    private static void CheckMessage(JsonElement json, List<(string, string)> wrong)
    {
        if (!json.TryGetProperty("from", out var from))
        {
            wrong.Add(("from", "The from object must be provided for every email send."));
        }
        else
        {
            CheckAddress("from", from, wrong);
            if (Text(from, "name") is { } name && !Ascii.IsValid(name))
                wrong.Add(("from", "Unicode encoding is not supported for the from field."));
        }

        if (Text(json, "subject") is not { Length: > 0 } subject)
            wrong.Add(("subject", "The subject is required."));
        else if (subject.AsSpan().ContainsAny('\r', '\n'))
            wrong.Add(("subject", "The subject cannot contain CRLF characters."));
        var categories = Items(json, "categories");
        if (categories.Count > MostCategories || categories.Any(c => c.ValueKind != JsonValueKind.String || c.GetString()!.Length > CategoryLimit || !Ascii.IsValid(c.GetString()!)))
            wrong.Add(("categories", "There is a limit of 10 categories of 255 ASCII characters for each email that is sent."));
    }

    private static void CheckContent(JsonElement json, List<(string, string)> wrong)
    {
        var contents = Items(json, "content");
        if (contents.Count == 0)
            wrong.Add(("content", "There must be at least one defined content block."));
        foreach (var content in contents)
        {
            if (Text(content, "type") is not { Length: > 0 } type || type.AsSpan().ContainsAny(";,\r\n"))
                wrong.Add(("content.type", "A content type is required; it cannot contain ';', or CRLF characters."));
            if (Text(content, "value") is not { Length: > 0 })
                wrong.Add(("content.value", "The content value must be a string at least one character in length."));
        }

        int Rank(JsonElement content) => Text(content, "type") switch
        {
            "text/plain" => 0,
            "text/html" => 1,
            _ => 2,
        };
        var ranks = contents.Select(Rank).ToList();
        if (!ranks.SequenceEqual(ranks.Order()))
            wrong.Add(("content", "text/plain needs to be first, followed by text/html, followed by any other content."));
    }

    private static void CheckHeaders(JsonElement json, List<(string, string)> wrong)
    {
        if (!json.TryGetProperty("headers", out var headers))
            return;
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in headers.EnumerateObject())
        {
            if (!names.Add(header.Name))
                wrong.Add(("headers", "The headers cannot contain duplicate keys."));
            if (Reserved.Contains(header.Name.ToLowerInvariant()))
                wrong.Add(("headers", "Header can not be one of the reserved keys."));
            if (!Ascii.IsValid(header.Name) || header.Name.Contains(' '))
                wrong.Add(("headers", "Header keys cannot contain non-ASCII characters and empty spaces."));
            if (header.Value.ValueKind != JsonValueKind.String)
                wrong.Add(("headers", "The header values must be strings."));
            else if (header.Value.GetString()!.AsSpan().ContainsAny('\r', '\n'))
                wrong.Add(("headers", "The header values cannot contain CRLF characters."));
        }
    }

    private static void CheckArguments(JsonElement json, List<(string, string)> wrong)
    {
        if (!json.TryGetProperty("custom_args", out var arguments))
            return;
        if (arguments.ValueKind != JsonValueKind.Object || arguments.EnumerateObject().Any(a => a.Value.ValueKind != JsonValueKind.String))
            wrong.Add(("custom_args", "All values of custom arguments object must be strings"));
        if (Encoding.UTF8.GetByteCount(arguments.GetRawText()) >= MostArgumentBytes)
            wrong.Add(("custom_args", "The combined size of both global and personalization custom arguments may not exceed 10,000 bytes per personalization."));
    }

    private static void CheckAddress(string field, JsonElement address, List<(string, string)> wrong)
    {
        if (Text(address, "email") is not { } email || !MailAddress.TryCreate(email, out _))
            wrong.Add((field, "The object must at least have an email parameter with a valid email address."));
        else if (email.Length > AddressLimit)
            wrong.Add((field, "The email exceeds the maximum total length of 320 characters"));
    }

    private static List<JsonElement> Items(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static Task ErrorsAsync(HttpContext context, int status, IReadOnlyList<(string Field, string Message)> wrong)
    {
        context.Response.ContentType = "application/json";
        return HttpLookAlike.StatusAsync(context, status, JsonSerializer.Serialize(new
        {
            errors = wrong.Select(w => new { message = w.Message, field = w.Field.Length > 0 ? w.Field : null, help = (string?)null }),
        }));
    }
}
