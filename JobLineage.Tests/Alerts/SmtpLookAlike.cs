using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace JobLineage.Tests.Alerts;

/// <summary>A mail server of few words. A step may be answered otherwise, or by hanging up.</summary>
internal sealed class SmtpLookAlike : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public SmtpLookAlike()
    {
        listener = new(IPAddress.Loopback, 0);
        listener.Start();
        serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What it shows when it encrypts; without one it does not.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>It encrypts before the first word.</summary>
    public bool IsImplicit { get; init; }

    /// <summary>The ways to sign in, as it offers them; null: it asks nobody who he is.</summary>
    public string? Ways { get; init; }

    /// <summary>Who may send mail where <see cref="Ways"/> are offered.</summary>
    public (string User, string Password) Known { get; init; } = ("lineage", "pass word ü");

    /// <summary>Answers by the verb, or the line, that they are for; an empty one hangs up. <c>.</c> is the end of the data.</summary>
    public Dictionary<string, string> Answers { get; } = [];

    public List<string> Mails { get; } = [];

    public List<string> Commands { get; } = [];

    /// <summary>Whether each mail came encrypted.</summary>
    public List<bool> Encrypted { get; } = [];

    /// <summary>A certificate that nobody has signed, and that is its own authority; for this machine unless a name is given.</summary>
    public static X509Certificate2 NewCertificate(string? name = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name ?? "127.0.0.1"}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name ?? "localhost");
        if (name is null)
            names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

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
            catch (Exception e) when (e is IOException or AuthenticationException)
            {
                // The other side hung up, or did not trust it.
            }
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        if (IsImplicit)
            stream = await EncryptAsync(stream);
        await WriteAsync(stream, "220-lookalike\r\n220 at your service");
        var signedIn = Ways is null;
        while (await LineAsync(stream) is { } line)
        {
            Commands.Add(line);
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            if (!Answers.ContainsKey(verb))
            {
                switch (verb)
                {
                    case "EHLO":
                        await WriteAsync(stream, Offer(stream is SslStream));
                        continue;
                    case "HELO":
                        await WriteAsync(stream, "502 that is no word of mine");
                        continue;
                    case "STARTTLS":
                        await WriteAsync(stream, "220 go on");
                        stream = await EncryptAsync(stream);
                        continue;
                    case "AUTH":
                        signedIn = await SignInAsync(stream, line);
                        await WriteAsync(stream, signedIn ? "235 welcome" : $"535 5.7.8 not you: {line}");
                        continue;
                    case "MAIL" when !signedIn:
                        await WriteAsync(stream, "530 5.7.0 who are you?");
                        continue;
                    case "DATA":
                        await WriteAsync(stream, "354 go on");
                        Mails.Add(await DataAsync(stream));
                        Encrypted.Add(stream is SslStream);
                        verb = ".";
                        break;
                }
            }

            var answer = Answers.GetValueOrDefault(line) ?? Answers.GetValueOrDefault(verb, verb == "QUIT" ? "221 bye" : verb == "." ? "250 2.0.0 queued as 4711" : "250 ok");
            if (answer.Length == 0)
                return;
            await WriteAsync(stream, answer);
        }
    }

    private string Offer(bool isEncrypted) =>
        "250-lookalike greets you\r\n250-SIZE 10000000\r\n"
        + (Certificate is not null && !isEncrypted ? "250-STARTTLS\r\n" : "")
        // As real servers do: a password is taken on an encrypted connection alone.
        + (Ways is { } ways && (isEncrypted || Certificate is null) ? $"250-AUTH {ways}\r\n" : "")
        + "250 8BITMIME";

    private async Task<bool> SignInAsync(Stream stream, string line)
    {
        var words = line.Split(' ');
        if (words[1] == "PLAIN")
            return Decode(words[2]) == $"\0{Known.User}\0{Known.Password}";
        await WriteAsync(stream, "334 VXNlcm5hbWU6");
        var user = Decode(await LineAsync(stream) ?? "");
        await WriteAsync(stream, "334 UGFzc3dvcmQ6");
        return (user, Decode(await LineAsync(stream) ?? "")) == Known;
    }

    private async Task<string> DataAsync(Stream stream)
    {
        var mail = new StringBuilder();
        while (await LineAsync(stream) is { } text && text != ".")
            mail.AppendLine(text.StartsWith('.') ? text[1..] : text);
        return mail.ToString();
    }

    private async Task<Stream> EncryptAsync(Stream stream)
    {
        var encrypted = new SslStream(stream);
        await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, stop.Token);
        return encrypted;
    }

    private static string Decode(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));

    private Task WriteAsync(Stream stream, string line) => stream.WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"), stop.Token).AsTask();

    private async Task<string?> LineAsync(Stream stream)
    {
        // Octet by octet: what follows a line may be encrypted.
        var line = new StringBuilder();
        var octet = new byte[1];
        while (await stream.ReadAsync(octet, stop.Token) == 1)
        {
            if (octet[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)octet[0]);
        }

        return null;
    }
}
