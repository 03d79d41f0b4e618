namespace JobLineage.Dashboard.Components.Canvas;

/// <summary>
/// What a part of the picture last showed. Of hundreds of parts an update changes few, and the library asks all that touch a
/// part that changed, and some that do not, to draw themselves anew.
/// </summary>
internal struct Steady
{
    private object? _shown;

    /// <summary>Whether it shows something else now, which is what it shows from now on.</summary>
    public bool IsNew(object now)
    {
        if (now.Equals(_shown))
            return false;
        _shown = now;
        return true;
    }
}
