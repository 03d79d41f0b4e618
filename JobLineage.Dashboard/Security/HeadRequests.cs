namespace JobLineage.Dashboard.Security;

/// <summary>
/// Answers HEAD wherever GET is answered, by answering GET: the server leaves the body out by itself. What would take long to
/// write asks <see cref="Is"/> and writes nothing.
/// </summary>
internal sealed class HeadRequests(RequestDelegate next)
{
    private static readonly object Mark = new();

    /// <summary>Whether only the head of the answer is wanted.</summary>
    public static bool Is(HttpContext context) => context.Items.ContainsKey(Mark);

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsHead(request.Method) || RequestKinds.IsCircuit(request))
        {
            await next(context);
            return;
        }

        context.Items[Mark] = true;
        request.Method = HttpMethods.Get;
        try
        {
            await next(context);
        }
        finally
        {
            request.Method = HttpMethods.Head;
        }
    }
}
