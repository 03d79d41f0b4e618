using Microsoft.AspNetCore.Components;

namespace JobLineage.Dashboard.Live;

/// <summary>
/// A part of a page that is not drawn again while it would show the same: a component that is drawn costs its viewer bytes
/// even where nothing has changed, and a list has hundreds. Relative times in it are kept going by js/app.js; when the page's
/// clock stops or goes on it is drawn.
/// </summary>
public abstract class PictureComponent : ComponentBase
{
    private IReadOnlyList<object?>? _drawn;
    private bool _stood;

    /// <summary>The clock that the page shows.</summary>
    [Inject]
    protected PageClock Clock { get; set; } = null!;

    /// <summary>What it shows: immutable objects, of which others are given when something has changed.</summary>
    protected abstract IReadOnlyList<object?> Picture { get; }

    /// <inheritdoc />
    protected sealed override bool ShouldRender()
    {
        var picture = Picture;
        if (_drawn is not null && _stood == Clock.IsStopped && _drawn.SequenceEqual(picture, ReferenceOrText.Instance))
            return false;
        (_drawn, _stood) = (picture, Clock.IsStopped);
        return true;
    }

    // Whole lists are not compared: that would cost what is to be saved.
    private sealed class ReferenceOrText : IEqualityComparer<object?>
    {
        public static ReferenceOrText Instance { get; } = new();

        public new bool Equals(object? one, object? other) => one is string text ? text.Equals(other as string, StringComparison.Ordinal) : ReferenceEquals(one, other);

        public int GetHashCode(object? of) => of is string text ? text.GetHashCode(StringComparison.Ordinal) : 0;
    }
}
