using JobLineage.Core.Model;
using Microsoft.AspNetCore.Http.Features;

namespace JobLineage.Dashboard.Security;

/// <summary>
/// Lets an id be named by any link. The server leaves an escaped slash in a path as it is and decodes an escaped percent sign,
/// after which both look alike; what was sent still tells them apart. So the API gets paths in which <c>%25</c> and <c>%2F</c>
/// stand for one character each (<see cref="Unescape"/>), and a page is led to the address that <see cref="PagePaths"/> would
/// have given. An id that no path keeps is taken from the query: <c>/api/v1/jobs/mails/?id=..</c>, and with more behind it
/// <c>/api/v1/runs/mails/~/jobs?id=..</c>. One that holds the character NUL is refused, as the server does it in a path.
/// </summary>
internal sealed class PlainIds(RequestDelegate next)
{
    private const string Stands = "~";

    /// <summary>The parameters that hold what a path would, and cannot.</summary>
    private static readonly string[] Named = ["id", "pair"];

    /// <summary>The text that a part of the API's paths stands for.</summary>
    public static string Unescape(string part) =>
        part.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).Replace("%25", "%", StringComparison.Ordinal);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        // No queue in Postgres has it in an id, and no statement takes it.
        if (Named.FirstOrDefault(name => request.Query[name].Any(value => value?.Contains('\0') is true)) is { } odd)
            return Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, $"The parameter {odd} holds the character NUL, which is in no id.");
        var sent = Sent(context);
        if (RequestKinds.IsApi(request) || RequestKinds.IsExport(request))
        {
            if (sent is not null)
                request.Path = new PathString(string.Join('/', sent.Select(part => Escape(Uri.UnescapeDataString(part)))));
            FromQuery(request);
        }
        else if (sent is not null && RequestKinds.IsRead(request) && Canonical(sent, request.Query) is { } page)
        {
            context.Response.Redirect($"{request.PathBase}/{page}");
            return Task.CompletedTask;
        }

        return next(context);
    }

    /// <summary>The parts of the path as they were sent, from the empty one before its first slash on; null when the path tells as much.</summary>
    private static string[]? Sent(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var path = target.Split('?', 2)[0];
        if (!path.StartsWith('/') || !path.Contains('%'))
            return null;
        var parts = path.Split('/');
        // Parts of dots have led elsewhere already; without them the parts are those of the path, behind the base.
        var count = context.Request.Path.Value!.Split('/').Length;
        if (parts.Length < count || parts.Any(part => Uri.UnescapeDataString(part) is "." or ".."))
            return null;
        return ["", .. parts[^(count - 1)..]];
    }

    private static string Escape(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    /// <summary>Puts the id that stands in the query where a path has it.</summary>
    private static void FromQuery(HttpRequest request)
    {
        var parts = request.Path.Value!.Split('/');
        var at = parts switch
        {
            ["", "api", "v1", "jobs" or "runs" or "infer" or "compare", _, ..] => 5,
            ["", "exports", _, ..] => 3,
            _ => -1,
        };
        if (at < 0 || (parts.Length > at && parts[at] is not (Stands or "")))
            return;
        var name = parts is ["", "api", "v1", "compare", ..] ? "pair" : "id";
        if (request.Query[name] is not [{ Length: > 0 } id])
            return;
        // A string would be unescaped on its way.
        request.Path = new PathString(string.Join('/', [.. parts[..at], Escape(id), .. parts.Skip(at + 1)]));
        request.QueryString = QueryString.Create(request.Query.Where(pair => pair.Key != name));
    }

    /// <summary>The address of the page that was asked for, where an id in it was sent in a way that pages would read differently.</summary>
    private static string? Canonical(string[] sent, IQueryCollection query)
    {
        if (sent is not ["", "jobs" or "runs" or "infer" or "compare" or "pipelines", _, _, ..] and not ["", "admin", "job-lineage", _, ..])
            return null;
        var rest = sent[3..];
        if (!rest.Any(part => part.Contains("%25", StringComparison.Ordinal) || part.Contains("%2F", StringComparison.OrdinalIgnoreCase)
            || part.Contains("%5C", StringComparison.OrdinalIgnoreCase)))
            return null;
        var id = string.Join('/', rest.Select(Uri.UnescapeDataString));
        var source = Uri.UnescapeDataString(sent[2]);
        (string, string?)[] view = [.. query.SelectMany(pair => pair.Value.Select(value => (pair.Key, value)))];
        return sent[1] switch
        {
            "jobs" => PagePaths.Job(source, id, view),
            "runs" => PagePaths.Run(source, id, view),
            "infer" => PagePaths.Infer(source, id, view),
            "compare" => PagePaths.CompareWithLastGood(source, id, view),
            "pipelines" => PagePaths.Pipeline(source, id, view),
            _ => PagePaths.Lookup(id, view),
        };
    }
}
