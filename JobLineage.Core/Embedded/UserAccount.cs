using System.Globalization;

namespace JobLineage.Core.Embedded;

/// <summary>A line of <c>/etc/passwd</c>.</summary>
internal sealed record UserAccount(string Name, uint UserId, uint GroupId)
{
    /// <summary>The account the server is run as when the program is root: Postgres's own, else nobody's; never root.</summary>
    public static UserAccount? ForServer(string passwd)
    {
        var accounts = passwd.Split('\n').Select(Parse).OfType<UserAccount>().Where(account => account.UserId != 0).ToList();
        return accounts.Find(account => account.Name == "postgres") ?? accounts.Find(account => account.Name == "nobody");
    }

    private static UserAccount? Parse(string line)
    {
        var fields = line.Split(':');
        return fields.Length >= 4
            && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            && uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var group)
            ? new UserAccount(fields[0], user, group)
            : null;
    }
}
