namespace JobLineage.Dashboard.Components.Shared;

/// <summary>Line drawings of 16 × 16, as SVG path data.</summary>
internal static class Glyphs
{
    public const string More = "M8 3.4v.2M8 7.9v.2M8 12.4v.2";
    public const string Menu = "M2.5 4h11M2.5 8h11M2.5 12h11";
    public const string Circle = "M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10";
    public const string Clock = "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 5v3.2l2.1 1.6";
    public const string Pause = "M5.5 3.5v9M10.5 3.5v9";
    public const string Play = "M5 3.2v9.6l7.5-4.8z";
    public const string Retry = "M12.7 6.2A5 5 0 1 0 13 9M13 2.8v3.6H9.4";
    public const string Check = "M3 8.5l3.4 3.4L13 4.8";
    public const string Cross = "M4 4l8 8M12 4l-8 8";
    public const string Slashed = "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M4.2 11.8l7.6-7.6";
    public const string Hourglass = "M4 2.5h8M4 13.5h8M5 2.5v2c0 2 6 5 6 7v2M11 2.5v2c0 2-6 5-6 7v2";
    public const string Warning = "M8 2.5l6 11H2zM8 6.6v3.1M8 11.4v.4";
    public const string Childless = "M8 2.5v4M8 6.5H4v3M8 6.5h4v3M4 13v.3M12 13v.3";
    public const string Missing = "M8 3a5 5 0 0 1 3 1M13 8a5 5 0 0 1-1 3M8 13a5 5 0 0 1-3-1M3 8a5 5 0 0 1 1-3";
    public const string Broken = "M6.5 9.5l-2 2a2 2 0 0 1-3-3l2-2M9.5 6.5l2-2a2 2 0 0 1 3 3l-2 2M6 3l.6 1.8M10 13l-.6-1.8";
    public const string Graph = "M2 6.5h4v3H2zM10 2.5h4v3h-4zM10 10.5h4v3h-4zM6 8h2V4h2M8 8v4h2";
    public const string Tree = "M3 3.5h10M6 8h7M9 12.5h4";
    public const string Timeline = "M2.5 3.5h5M5 8h6M9 12.5h4.5M2.5 13.5v-11";
    public const string List = "M2.5 4h1M6 4h7.5M2.5 8h1M6 8h7.5M2.5 12h1M6 12h7.5";
    public const string Copy = "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7";
    public const string Out = "M6.5 3.5h-3v9h9v-3M9 3h4v4M13 3L7.5 8.5";
    public const string Mail = "M2.5 4h11v8.5h-11zM2.5 4.5L8 9l5.5-4.5";
    public const string Muted = "M4.5 10.5V7a3.5 3.5 0 0 1 6-2.5M11.5 7.5v3H5.5M3 10.5h1.5M7 12.8h2M3 3l10 10";
    public const string Export = "M8 2.5v7M5 7l3 3l3-3M3 12.5h10";
    public const string Theme = "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11";
    public const string Search = "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3l3.2 3.2";
    public const string Plus = "M8 3v10M3 8h10";
    public const string Up = "M8 13V3.5M3.8 7.5L8 3.3l4.2 4.2";
    public const string Down = "M8 3v9.5M3.8 8.5L8 12.7l4.2-4.2";
    public const string Equal = "M3.5 6h9M3.5 10h9";
    public const string Compare = "M3 5h8.5M9 2.5L11.5 5L9 7.5M13 11H4.5M7 8.5L4.5 11L7 13.5";
}
