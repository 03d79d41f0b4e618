using Microsoft.AspNetCore.SignalR;

namespace JobLineage.Dashboard.Security;

/// <summary>
/// Gives a circuit to the session that it was made in, and to no other: a circuit outlives its connection for minutes, and shows
/// what somebody else was looking at who has signed out since. Its secret alone opens nothing.
/// </summary>
/// <param name="rules">Whether anybody signs in.</param>
/// <param name="sessions">Whose circuits are whose.</param>
internal sealed class CircuitSessions(AccessRules rules, Sessions sessions) : IHubFilter
{
    // What Blazor's own script calls; SignalR compares names without their case.
    private const string Start = "StartCircuit";
    private const string Connect = "ConnectCircuit";
    private const string Resume = "ResumeCircuit";

    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (!rules.PagesAsk)
            return await next(invocationContext);
        var name = invocationContext.HubMethodName;
        var connects = name.Equals(Connect, StringComparison.OrdinalIgnoreCase);
        var resumes = name.Equals(Resume, StringComparison.OrdinalIgnoreCase);
        if (!connects && !resumes && !name.Equals(Start, StringComparison.OrdinalIgnoreCase))
            return await next(invocationContext);

        var session = Sessions.Of(invocationContext.Context.User);
        if (connects || resumes)
        {
            var isOwn = session is not null && invocationContext.HubMethodArguments is [string circuit, ..] && sessions.Owns(session, circuit);
            if (!isOwn)
                return connects ? false : null;
        }

        var answer = await next(invocationContext);
        if (session is not null && answer is string made)
            sessions.Own(session, made);
        return answer;
    }
}
