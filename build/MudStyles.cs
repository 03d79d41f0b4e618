using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Keeps of MudBlazor's style sheet what the components on our pages need.</summary>
public sealed class MudStyles : Task
{
    // What a class begins with: .mud-slider-thumb is of the component "slider". Components that no page has; one that is new to the pages is taken out here. What is not named stays.
    // "simple" is there all the same: rows in MudSimpleTable look as app.css says.
    private static readonly HashSet<string> Absent = new HashSet<string>
    {
        "application", "avatar", "badge", "blockquote", "breadcrumb", "breadcrumbs", "card", "carousel", "chart", "charts", "chat", "checkbox", "container", "cropper", "donut", "drop",
        "dropzone", "element", "expand", "expansion", "fab", "file", "gauge", "grid", "heat", "heatmap", "hero", "highlighter", "legend", "lg", "link", "md", "message", "pagination",
        "progress", "radio", "rating", "rtl", "simple", "skeleton", "slider", "sm", "splitter", "stack", "step", "stepper", "swipe", "switch", "tab", "tabs", "time", "timeline",
        "timepicker", "toggle", "treeview", "xl", "xs", "xxl", "xxs",
    };

    // Colours that no page gives a component; what lies over a page while a dialog is open is dark by name alone.
    private static readonly Regex Unused = new Regex("(?<!overlay)-(secondary|tertiary|dark)(-|$)");
    private static readonly Regex Class = new Regex(@"\.((?:\\.|[\w-])+)");

    [Required]
    public string Source { get; set; }

    [Required]
    public string Output { get; set; }

    public override bool Execute()
    {
        if (!File.Exists(Source))
        {
            Log.LogError("There is no " + Source + ": MudBlazor's package has its style sheet elsewhere now; MudStyles.targets names the place.");
            return false;
        }

        var trimmed = Trim(File.ReadAllText(Source));
        Directory.CreateDirectory(Path.GetDirectoryName(Output));
        File.WriteAllText(Output, "/* Of MudBlazor, MIT licence, Copyright (c) MudBlazor: what this program uses. */\n" + trimmed);
        return true;
    }

    private static string Trim(string css)
    {
        var kept = new StringBuilder();
        foreach (var rule in Rules(css))
        {
            var selector = rule.Key;
            if (selector.StartsWith("@media") || selector.StartsWith("@supports"))
            {
                var inner = Trim(rule.Value);
                if (inner.Length > 0)
                    kept.Append(selector).Append('{').Append(inner).Append('}');
            }
            else if (selector.StartsWith("@keyframes"))
            {
                kept.Append(selector).Append('{').Append(rule.Value).Append('}');
            }
            else if (!selector.StartsWith("@"))
            {
                var selectors = Split(selector).Select(Narrowed).Where(one => one != null).ToList();
                if (selectors.Count > 0)
                    kept.Append(string.Join(",", selectors)).Append('{').Append(rule.Value).Append('}');
            }
        }

        return kept.ToString();
    }

    // The selector if it is wanted, null if not. What the sheet says of all elements of a kind it shall say of its own alone: the rest of the page has its own look.
    private static string Narrowed(string selector)
    {
        var classes = Class.Matches(selector).Cast<Match>().Select(match => match.Groups[1].Value).ToList();
        if (classes.Count == 0)
        {
            if (selector.StartsWith("#mud-"))
                return selector;
            if (selector.StartsWith("#") || selector.StartsWith(":root") || selector.StartsWith("html") || selector == "body" || selector.StartsWith("iframe"))
                return null;
            var parts = Regex.Match(selector, @"^([a-z*]*|\[[^\]]+\])(.*)$");
            return ":where(" + (parts.Groups[1].Value == "*" ? "" : parts.Groups[1].Value) + "[class*=\"mud-\"])" + parts.Groups[2].Value;
        }

        var wanted = classes.TrueForAll(name => !name.StartsWith("mud-") ? classes.Count > 1 : !Absent.Contains(name.Split('-')[1]) && !Unused.IsMatch(name));
        return wanted ? selector : null;
    }

    private static IEnumerable<KeyValuePair<string, string>> Rules(string css)
    {
        css = Regex.Replace(css, @"/\*.*?\*/", "", RegexOptions.Singleline);
        for (var at = 0; at < css.Length;)
        {
            var open = css.IndexOf('{', at);
            if (open < 0)
                yield break;
            var depth = 1;
            var end = open + 1;
            for (; depth > 0; end++)
                depth += css[end] == '{' ? 1 : css[end] == '}' ? -1 : 0;
            // A statement without a block, as @charset, ends before the selector begins.
            var selector = css.Substring(at, open - at);
            selector = selector.Substring(selector.LastIndexOf(';') + 1).Trim().TrimStart('\uFEFF');
            yield return new KeyValuePair<string, string>(selector, css.Substring(open + 1, end - open - 2));
            at = end;
        }
    }

    private static IEnumerable<string> Split(string selectors)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < selectors.Length; i++)
        {
            var c = selectors[i];
            depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
            if (c != ',' || depth > 0)
                continue;
            yield return selectors.Substring(start, i - start).Trim();
            start = i + 1;
        }

        yield return selectors.Substring(start).Trim();
    }
}
