namespace JobLineage.Dashboard.Security;

/// <summary>What a request is for, by its path and method.</summary>
internal static class RequestKinds
{
    /// <summary>The API and its description: answered in JSON, errors as well.</summary>
    public static bool IsApi(HttpRequest request) => OwnPaths.KindOf(request.Path) == PathKind.Api;

    /// <summary>Jobs of a run as a file, for a page.</summary>
    public static bool IsExport(HttpRequest request) => OwnPaths.KindOf(request.Path) == PathKind.Export;

    /// <summary>The live connection of a page.</summary>
    public static bool IsCircuit(HttpRequest request) => OwnPaths.KindOf(request.Path) == PathKind.Circuit;

    /// <summary>How the process is, for those who watch it.</summary>
    public static bool IsHealth(HttpRequest request) => OwnPaths.KindOf(request.Path) == PathKind.Health;

    /// <summary>Something a person sees in the browser's window.</summary>
    public static bool IsPage(HttpRequest request) => IsRead(request) && !IsApi(request) && !IsCircuit(request);

    /// <summary>Changes nothing.</summary>
    public static bool IsRead(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
}
