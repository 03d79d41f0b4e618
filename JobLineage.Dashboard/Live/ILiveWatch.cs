namespace JobLineage.Dashboard.Live;

/// <summary>A watch, whatever it watches.</summary>
internal interface ILiveWatch : IAsyncDisposable
{
    /// <summary>Shows what came while the page was paused.</summary>
    void CatchUp();
}
