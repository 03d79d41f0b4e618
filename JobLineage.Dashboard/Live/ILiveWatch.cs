namespace JobLineage.Dashboard.Live;

/// <summary>What a component does with watches of any kind.</summary>
internal interface ILiveWatch : IAsyncDisposable
{
    /// <summary>Takes the newest update, if there is one that has not been taken; called on the dispatcher.</summary>
    /// <returns>Whether there is something new to show.</returns>
    bool TakeNewest();

    /// <summary>Shows what came while the page was paused.</summary>
    void CatchUp();
}
