using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace JobLineage.Core.Alerts.Channels;

/// <summary>What a mail server answered: RFC 5321, 4.2.</summary>
/// <param name="Code">Three digits.</param>
/// <param name="Lines">What stands after them.</param>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    /// <summary>2yz and 3yz: go on.</summary>
    public bool IsPositive => Code is >= 200 and < 400;

    /// <summary>4yz: not now.</summary>
    public bool IsForNow => Code is >= 400 and < 500;

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Code} {string.Join(' ', Lines)}");
}

/// <summary>
/// The client's side of SMTP: lines out, replies in. System.Net.Mail is not used: it neither speaks TLS from the first byte nor
/// signs in by PLAIN, and does not say how far it came, which decides whether a message may have arrived.
/// </summary>
internal sealed class SmtpConversation : IAsyncDisposable
{
    // RFC 5321, 4.5.3.1.5 gives a reply's line 512 octets; servers send more.
    private const int LineLimit = 4_096;
    private const int LinesLimit = 200;

    private readonly Socket socket;
    private readonly byte[] buffer = new byte[4_096];
    private Stream stream;
    private int start;
    private int end;

    private SmtpConversation(Socket socket) => (this.socket, stream) = (socket, new NetworkStream(socket, ownsSocket: true));

    /// <summary>How the client is called: by its address, as RFC 5321, 4.1.3 has it.</summary>
    public string OwnName => socket.LocalEndPoint is System.Net.IPEndPoint { Address: var address }
        ? address.IsIPv4MappedToIPv6 ? $"[{address.MapToIPv4()}]"
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{address}]" : $"[{address}]"
        : "[127.0.0.1]";

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">Nobody answers.</exception>
    public static async Task<SmtpConversation> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellation);
            return new(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Encrypts from here on, and sees to it that the server is the one of that name.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">It is not, or its certificate is not trusted.</exception>
    /// <exception cref="IOException">Something was said before the encryption began: whoever sits on the way may have said it.</exception>
    public async Task EncryptAsync(string host, X509Certificate2Collection? authorities, CancellationToken cancellation)
    {
        if (start < end)
            throw new IOException("more was said than the answer to STARTTLS");
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (authorities is not null)
        {
            options.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        var encrypted = new SslStream(stream);
        stream = encrypted;
        await encrypted.AuthenticateAsClientAsync(options, cancellation);
    }

    /// <summary>Says a line, and hears the reply.</summary>
    public async Task<SmtpReply> SayAsync(string line, CancellationToken cancellation)
    {
        await WriteAsync(line + "\r\n", cancellation);
        return await HearAsync(cancellation);
    }

    /// <summary>Writes text in ASCII.</summary>
    public async Task WriteAsync(string text, CancellationToken cancellation)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellation);
        await stream.FlushAsync(cancellation);
    }

    /// <summary>Hears a reply, of one line or several.</summary>
    /// <exception cref="IOException">The server hung up, or does not speak SMTP.</exception>
    public async Task<SmtpReply> HearAsync(CancellationToken cancellation)
    {
        var lines = new List<string>();
        while (true)
        {
            var line = await LineAsync(cancellation);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                || (line.Length > 3 && line[3] is not (' ' or '-')) || lines.Count == LinesLimit)
                throw new IOException("what it says is not SMTP");
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ')
                return new(code, lines);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        socket.Dispose();
    }

    private async Task<string> LineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (start == end)
            {
                (start, end) = (0, await stream.ReadAsync(buffer, cancellation));
                if (end == 0)
                    throw new IOException("it hung up");
            }

            var c = (char)buffer[start++];
            if (c == '\n')
                return line.ToString().TrimEnd('\r');
            if (line.Length == LineLimit)
                throw new IOException("what it says is not SMTP");
            line.Append(c is '\r' or (>= ' ' and <= '~') ? c : '?');
        }
    }
}
