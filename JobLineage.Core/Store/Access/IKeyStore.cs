namespace JobLineage.Core.Store.Access;

/// <summary>Keeps the keys that protect cookies and forms. Synchronous, as who asks for them is.</summary>
public interface IKeyStore
{
    /// <summary>All that was ever added, the oldest first.</summary>
    IReadOnlyList<string> Read();

    /// <summary>
    /// Adds one. A key is left out where another replica has added one within the last minute: both had found that one was
    /// needed, and who reads again finds it.
    /// </summary>
    /// <param name="name">What it is called.</param>
    /// <param name="xml">The text.</param>
    /// <param name="isKey">Whether it is a key, and not what revokes some.</param>
    void Add(string name, string xml, bool isKey);
}
