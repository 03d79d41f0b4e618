using System.Globalization;
using System.Text;

namespace JobLineage.Core.Embedded;

/// <summary>The settings of a private server, as the text of a file that <c>postgresql.conf</c> includes.</summary>
internal static class ServerSettings
{
    public const string FileName = "joblineage.conf";

    /// <summary>Passwords only, and only over loopback.</summary>
    public const string AccessRules = "# Written by Job Lineage at each start.\nhost all all 127.0.0.1/32 scram-sha-256\n";

    private static readonly (string Name, string Value)[] BuiltIn =
    [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("password_encryption", "scram-sha-256"),
        ("logging_collector", "off"),
        ("log_destination", "stderr"),
        ("log_line_prefix", "%m [%p] "),
        ("lc_messages", "C"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("fsync", "on"),
        ("shared_buffers", "128MB"),
        ("max_wal_size", "2GB"),
        // Compiling costs more than it saves on the store's short queries: about 130 ms on a lineage query of 10 ms.
        ("jit", "off"),
    ];

    public static string Write(int port, IReadOnlyDictionary<string, string> more)
    {
        var text = new StringBuilder("# Written by Job Lineage at each start.\n");
        var own = BuiltIn.Where(setting => !more.ContainsKey(setting.Name)).Select(setting => KeyValuePair.Create(setting.Name, setting.Value));
        foreach (var (name, value) in own.Concat(more))
            text.Append(CultureInfo.InvariantCulture, $"{name} = '{value.Replace("'", "''")}'\n");
        text.Append(CultureInfo.InvariantCulture, $"port = {port}\n");
        return text.ToString();
    }
}
