namespace JobLineage.Core.Embedded;

/// <summary>
/// Whom the server's programs run as: the program's own user, or an unprivileged one when that is root, since Postgres
/// refuses to run as root.
/// </summary>
internal sealed class ServerUser
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(30);
    private static readonly string[] Folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

    private readonly Func<IReadOnlyList<string>, IReadOnlyList<string>> _wrap;

    private ServerUser(UserAccount? account, Func<IReadOnlyList<string>, IReadOnlyList<string>> wrap)
    {
        Account = account;
        _wrap = wrap;
    }

    /// <summary>The account that is switched to; null when the program's own user runs the server.</summary>
    public UserAccount? Account { get; }

    public static ServerUser Find()
    {
        if (!Environment.IsPrivilegedProcess)
            return new ServerUser(null, command => command);

        var account = File.Exists("/etc/passwd") ? UserAccount.ForServer(File.ReadAllText("/etc/passwd")) : null;
        if (account is null)
            throw Impossible("neither a user `postgres` nor a user `nobody` exists");
        if (Program("setpriv") is { } setpriv)
            return new ServerUser(account, command =>
                [setpriv, $"--reuid={account.UserId}", $"--regid={account.GroupId}", "--init-groups", "--", .. command]);
        if (Program("runuser") is { } runuser)
            return new ServerUser(account, command => [runuser, "-u", account.Name, "--", .. command]);
        if (Program("su", allowBusyBox: true) is { } su)
            return new ServerUser(account, command => [su, "-s", "/bin/sh", "-c", "exec " + string.Join(' ', command.Select(Quote)), account.Name]);
        throw Impossible("none of setpriv, runuser and su is installed");
    }

    /// <summary>Runs a program as this user.</summary>
    public Task<ChildProcess.Result> RunAsync(IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellation) =>
        ChildProcess.RunAsync(_wrap(command), timeout, cancellation);

    /// <summary>Whether this user can work in a folder, which depends on all the folders above it as well.</summary>
    public async Task<bool> CanUseAsync(string folder, CancellationToken cancellation)
    {
        var tried = await RunAsync(["/bin/sh", "-c", "cd \"$1\" && test -w .", "sh", folder], Quick, cancellation).ConfigureAwait(false);
        return tried.Succeeded;
    }

    /// <summary>Hands a file, or a folder and all in it, to this user; nothing to do when that is the program's own.</summary>
    public async Task TakeOverAsync(string path, CancellationToken cancellation)
    {
        if (Account is null)
            return;
        var changed = await ChildProcess.RunAsync(
            [Program("chown", allowBusyBox: true) ?? "chown", "-R", $"{Account.UserId}:{Account.GroupId}", path], Quick, cancellation).ConfigureAwait(false);
        if (!changed.Succeeded)
            throw new EmbeddedPostgresException(
                EmbeddedPostgresFailure.DataDirectory, $"{path} cannot be given to the user {Account.Name}, who runs the server: {changed.Output}");
    }

    /// <summary>A word for <c>/bin/sh</c>.</summary>
    internal static string Quote(string word) => $"'{word.Replace("'", "'\\''")}'";

    // BusyBox's setpriv knows no --reuid; its su and chown do what is needed.
    private static string? Program(string name, bool allowBusyBox = false) =>
        Folders.Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(path => File.Exists(path) && (allowBusyBox || !IsBusyBox(path)));

    private static bool IsBusyBox(string path) =>
        Path.GetFileName(new FileInfo(path).LinkTarget) is "busybox";

    private static EmbeddedPostgresException Impossible(string why) => new(
        EmbeddedPostgresFailure.NoUnprivilegedUser,
        $"PostgreSQL refuses to run as root and {why}: run Job Lineage as another user, or set ConnectionStrings:Store.");
}
