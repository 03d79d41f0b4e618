using System.Net;
using System.Net.Sockets;

namespace JobLineage.Dashboard.Security;

/// <summary>Who a request is from, where what one may take is counted.</summary>
internal static class ClientName
{
    /// <summary>By the address. One subscriber has a whole /64 of IPv6 addresses: they count as one.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }
}
