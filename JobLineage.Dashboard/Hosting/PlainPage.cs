using System.Text.Encodings.Web;

namespace JobLineage.Dashboard.Hosting;

/// <summary>A page that needs nothing: no script, no style sheet, no database. It takes over the colours of app.css where it names them.</summary>
internal static class PlainPage
{
    private const string Style = """
        :root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --text: #1b2330; --line: #c3cad5; --accent: #2459c4; --on: #fff; --bad: #b3261e; }
        @media (prefers-color-scheme: dark) {
          :root { --bg: #12161d; --card: #1b212b; --text: #e6eaf0; --line: #465062; --accent: #8ab0ff; --on: #10151d; --bad: #ff9d94; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px; background: var(--bg); color: var(--text);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        main { width: 100%; max-width: 360px; padding: 28px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
        h1 { margin: 0 0 16px; font-size: 20px; font-weight: 600; }
        form { display: grid; gap: 10px; }
        input, button { font: inherit; padding: 9px 11px; border-radius: 6px; }
        input { width: 100%; color: inherit; background: transparent; border: 1px solid var(--line); }
        button { color: var(--on); background: var(--accent); border: 0; font-weight: 600; cursor: pointer; }
        a { color: var(--accent); }
        code { overflow-wrap: anywhere; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        .alert { margin: 0; color: var(--bad); }
        """;

    /// <summary>The page as a result.</summary>
    /// <param name="title">Plain text.</param>
    /// <param name="body">HTML; whatever is not ours in it is encoded already.</param>
    /// <param name="status">The response's status.</param>
    public static IResult Show(string title, string body, int status) => Results.Content($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{HtmlEncoder.Default.Encode(title)} · Job Lineage</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        <main>
        {body}
        </main>
        </body>
        </html>
        """, "text/html; charset=utf-8", null, status);
}
