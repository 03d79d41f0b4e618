using JobLineage.Core.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace JobLineage.Tests.Support;

/// <summary>
/// The smallest program with a private Postgres, so that tests can end one in every way a program ends:
/// <c>dotnet exec JobLineage.Tests.dll DIR</c> prints the connection string, or the sentence that says why not, and waits
/// for the end of its input.
/// </summary>
public static class ProgramThatHoldsPostgres
{
    public static async Task<int> Main(string[] args)
    {
        if (args is not [var folder])
        {
            await Console.Error.WriteLineAsync("Run the tests with `dotnet test`.");
            return 2;
        }

        try
        {
            // Not disposed on purpose: what is watched is how the end of the process treats the server.
            var postgres = await EmbeddedPostgres.StartAsync(
                new EmbeddedPostgresOptions { DataDirectory = folder }, NullLogger.Instance, CancellationToken.None);
            Console.WriteLine(postgres.ConnectionString);
        }
        catch (EmbeddedPostgresException e)
        {
            Console.WriteLine(e.Message);
            return 1;
        }

        await Console.In.ReadToEndAsync();
        return 0;
    }
}
