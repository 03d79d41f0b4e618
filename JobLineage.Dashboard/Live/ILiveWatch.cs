namespace JobLineage.Dashboard.Live;

/// <summary>A watch, whatever it watches. All is called on the dispatcher.</summary>
internal interface ILiveWatch : IAsyncDisposable
{
    /// <summary>Takes the newest update, unless it has been taken; says whether there is something new to show.</summary>
    bool TakeNewest();

    /// <summary>Shows what came while the page was paused.</summary>
    void CatchUp();
}
