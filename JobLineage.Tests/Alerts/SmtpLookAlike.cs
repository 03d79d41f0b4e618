using System.Net;
using System.Net.Sockets;
using System.Text;

namespace JobLineage.Tests.Alerts;

/// <summary>A mail server of few words. A step may be answered otherwise, or by hanging up.</summary>
internal sealed class SmtpLookAlike : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public SmtpLookAlike()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Answers by the verb that they are for; an empty one hangs up. <c>.</c> is the end of the data.</summary>
    public Dictionary<string, string> Answers { get; } = [];

    public List<string> Mails { get; } = [];

    public List<string> Commands { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            using var client = await listener.AcceptTcpClientAsync(stop.Token);
            try
            {
                await TalkAsync(client.GetStream());
            }
            catch (IOException)
            {
                // The other side hung up.
            }
        }
    }

    private async Task TalkAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await using var writer = new StreamWriter(stream, Encoding.Latin1) { AutoFlush = true, NewLine = "\r\n" };
        await writer.WriteLineAsync("220 lookalike");
        while (await reader.ReadLineAsync(stop.Token) is { } line)
        {
            Commands.Add(line);
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            if (verb == "DATA" && !Answers.ContainsKey("DATA"))
            {
                await writer.WriteLineAsync("354 go on");
                var mail = new StringBuilder();
                while (await reader.ReadLineAsync(stop.Token) is { } text && text != ".")
                    mail.AppendLine(text);
                Mails.Add(mail.ToString());
                verb = ".";
            }

            var answer = Answers.GetValueOrDefault(verb, verb == "QUIT" ? "221 bye" : "250 ok");
            if (answer.Length == 0)
                return;
            await writer.WriteLineAsync(answer);
        }
    }
}
