using System.Text.Encodings.Web;

namespace JobLineage.Dashboard.Hosting;

/// <summary>A page that needs nothing: no script, no style sheet, no database. Its colours are those of app.css.</summary>
internal static class PlainPage
{
    private const string Style = """
        :root { color-scheme: light dark; --bg: light-dark(#f5f6f8, #0e131a); --surface: light-dark(#ffffff, #151c25);
          --text: light-dark(#1a222d, #e3e8ef); --line: light-dark(#dde2e8, #293443); --field: light-dark(#8490a0, #64748b);
          --accent: light-dark(#2060b4, #78b0ff); --on-accent: light-dark(#ffffff, #0e131a); --bad: light-dark(#bf2222, #ff7a70); }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 16px; background: var(--bg); color: var(--text);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        main { width: 100%; max-width: 360px; padding: 28px; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
        h1 { margin: 0 0 16px; font-size: 20px; font-weight: 600; }
        form { display: grid; gap: 10px; }
        input, button { font: inherit; padding: 9px 11px; border-radius: 6px; }
        input { width: 100%; color: inherit; background: transparent; border: 1px solid var(--field); }
        button { color: var(--on-accent); background: var(--accent); border: 0; font-weight: 600; cursor: pointer; }
        a { color: var(--accent); }
        code { overflow-wrap: anywhere; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        .alert { margin: 0; color: var(--bad); }
        """;

    /// <summary>The page as a result. Its icon is empty: a browser would ask for one at the root, which behind a proxy is another program's.</summary>
    /// <param name="title">Plain text.</param>
    /// <param name="body">HTML; whatever is not ours in it is encoded already.</param>
    /// <param name="status">The response's status.</param>
    public static IResult Show(string title, string body, int status) => Results.Content($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:,">
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
