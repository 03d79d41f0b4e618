using System.Globalization;

namespace JobLineage.Bench.Digest;

/// <summary>Tells the provider when whoever sends began to.</summary>
internal sealed class TrialLink(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public long Begun { get; set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add(TrialProvider.BegunHeader, Begun.ToString(CultureInfo.InvariantCulture));
        return base.SendAsync(request, cancellationToken);
    }
}
