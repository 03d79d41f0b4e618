namespace JobLineage.Core.Store;

/// <summary>
/// Marks what failed on the store's side: an error of the driver does not say of which database it speaks, and a full disk of the store must
/// not be looked for in the queue's.
/// </summary>
internal static class StoreSide
{
    private const string Key = "job_lineage.store";

    /// <summary>Waits for something that the store does; what it fails with is marked.</summary>
    public static async Task<T> Of<T>(Task<T> work)
    {
        try
        {
            return await work;
        }
        catch (Exception e) when (Mark(e))
        {
            throw;
        }
    }

    /// <summary>Whether an error is of the store.</summary>
    public static bool Is(Exception error) => error.Data.Contains(Key);

    private static bool Mark(Exception error)
    {
        error.Data[Key] = true;
        return false;
    }
}
