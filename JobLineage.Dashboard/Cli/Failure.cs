using System.Net.Sockets;
using JobLineage.Core.Embedded;
using JobLineage.Core.Store;
using JobLineage.Dashboard.Hosting;
using Microsoft.AspNetCore.Connections;

namespace JobLineage.Dashboard.Cli;

/// <summary>How the program ends when it can't go on.</summary>
/// <param name="ExitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="Sentences">What to say on stderr, one line each.</param>
public sealed record Failure(int ExitCode, IReadOnlyList<string> Sentences)
{
    /// <summary>The failure behind an exception.</summary>
    public static Failure Of(Exception error) => error switch
    {
        ServiceFailedException { InnerException: StoreException store } => new(ExitCodes.Usage, [store.Message]),
        ServiceFailedException { InnerException: { } reason } failed => new(
            StoreFailures.IsUnavailable(reason) ? ExitCodes.Unreachable : ExitCodes.Failed, [$"{FirstLine(failed)} (The log tells more.)"]),
        ConfigurationException configuration => new(ExitCodes.Usage, configuration.Sentences),
        StoreException store => new(ExitCodes.Usage, [store.Message]),
        EmbeddedPostgresException { Failure: EmbeddedPostgresFailure.ServerFailed } e => new(ExitCodes.Unreachable, [e.Message]),
        EmbeddedPostgresException e => new(ExitCodes.Usage, [e.Message]),
        IOException { InnerException: AddressInUseException } e => new(ExitCodes.Usage, [$"{e.Message.TrimEnd('.')}: stop what listens there, or choose another address with --urls."]),
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            new(ExitCodes.Usage, ["An address may not be listened on by this user: ports below 1024 need rights. Choose another with --urls."]),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            new(ExitCodes.Usage, ["An address to listen on is not one of this machine's: check --urls."]),
        _ when StoreFailures.IsUnavailable(error) =>
            new(ExitCodes.Unreachable, [$"The database can't be reached: {FirstLine(error)}"]),
        AggregateException { InnerExceptions: [var one] } => Of(one),
        _ => new(ExitCodes.Usage, [$"{FirstLine(error)} (--verbose tells more.)"]),
    };

    private static string FirstLine(Exception error) => SecretText.Without(error.Message.ReplaceLineEndings("\n").Split('\n')[0]);
}
