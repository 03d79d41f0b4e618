using System.Text;

namespace JobLineage.Tests.Export;

/// <summary>Reads CSV by RFC 4180 to the letter, and by no library: what is written must be read by others.</summary>
internal static class CsvText
{
    public static List<string[]> Read(string text)
    {
        var rows = new List<string[]>();
        var row = new List<string>();
        var at = 0;
        while (at < text.Length)
        {
            var cell = new StringBuilder();
            if (text[at] == '"')
            {
                for (at++; ; at++)
                {
                    Assert.True(at < text.Length, "a quoted cell does not end");
                    if (text[at] != '"')
                        cell.Append(text[at]);
                    else if (at + 1 < text.Length && text[at + 1] == '"')
                        cell.Append(text[++at]);
                    else
                        break;
                }

                at++;
            }
            else
            {
                for (; at < text.Length && text[at] is not (',' or '\r' or '\n'); at++)
                {
                    Assert.NotEqual('"', text[at]);
                    cell.Append(text[at]);
                }
            }

            row.Add(cell.ToString());
            Assert.True(at < text.Length, "the last line does not end");
            if (text[at] == ',')
            {
                at++;
                continue;
            }

            Assert.Equal("\r\n", text.Substring(at, 2));
            at += 2;
            rows.Add([.. row]);
            row.Clear();
        }

        Assert.Empty(row);
        return rows;
    }

    /// <summary>The rows by the names in the heading.</summary>
    public static List<Dictionary<string, string>> Named(string text)
    {
        var rows = Read(text);
        return [.. rows.Skip(1).Select(row => rows[0].Zip(row).ToDictionary(c => c.First, c => c.Second))];
    }
}
