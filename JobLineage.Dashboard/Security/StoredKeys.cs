using System.Xml.Linq;
using JobLineage.Core.Store.Access;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace JobLineage.Dashboard.Security;

/// <summary>
/// The keys of cookies and forms, from the store: replicas that share nothing else accept each other's. They are kept as they
/// are; a session has to be in the store as well, by a name that no reader of the store can find out.
/// </summary>
/// <param name="keys">Where they are.</param>
internal sealed class StoredKeys(IKeyStore keys) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => [.. keys.Read().Select(text => XElement.Parse(text))];

    public void StoreElement(XElement element, string friendlyName) =>
        keys.Add(friendlyName, element.ToString(SaveOptions.DisableFormatting), element.Name.LocalName == "key");
}
