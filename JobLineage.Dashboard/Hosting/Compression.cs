using System.IO.Compression;
using JobLineage.Dashboard.Security;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace JobLineage.Dashboard.Hosting;

/// <summary>
/// Compresses what is read: pages, JSON, files. Not event streams, whose events would wait in the compressor.
/// </summary>
/// <remarks>
/// A compressed answer tells by its length what in it repeats (BREACH, https://breachattack.com): somebody who listens on the way, who makes a
/// visitor's browser ask again and again with text that the answer repeats, such as a filter, finds a secret beside it letter by letter. That takes a
/// secret that stays the same, and requests that another site has made. Neither is there: the tokens of forms and of circuits are
/// encrypted anew for each answer, with a random key each, and what a browser says another site asked for is not compressed, so that what a
/// page shows is not found out either. Browsers say so (Sec-Fetch-Site) wherever there is encryption that could be got round.
/// </remarks>
internal static class Compression
{
    // As other programs and browsers know them; what is compressed by itself, such as images and fonts, is not among them.
    private static readonly string[] Kinds =
    [
        "text/html", "application/json", "application/problem+json", "text/csv", "text/plain", "text/css", "text/javascript", "image/svg+xml",
    ];

    /// <summary>Registers it.</summary>
    public static void AddCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(o => (o.EnableForHttps, o.MimeTypes) = (true, Kinds));
        // An export may be of a million jobs: what more effort saves, its processor costs.
        services.Configure<BrotliCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(o => o.Level = CompressionLevel.Fastest);
    }

    /// <summary>Compresses from here on. Files that the build has compressed are left as they are.</summary>
    public static void UseCompression(this IApplicationBuilder app)
    {
        app.UseWhen(c => IsOwn(c) && IsPage(c.Request), pages => pages.UseMiddleware<ResponseCompressionMiddleware>(ForPages(app.ApplicationServices)));
        app.UseWhen(c => IsOwn(c) && !IsPage(c.Request), others => others.UseResponseCompression());
    }

    private static bool IsPage(HttpRequest request) => RequestKinds.IsPage(request) && !RequestKinds.IsExport(request);

    /// <summary>A page is small, and somebody waits for it: more effort pays.</summary>
    private static ResponseCompressionProvider ForPages(IServiceProvider services) => new(services, Options.Create(new ResponseCompressionOptions
    {
        EnableForHttps = true,
        MimeTypes = Kinds,
        Providers =
        {
            new BrotliCompressionProvider(Options.Create(new BrotliCompressionProviderOptions { Level = CompressionLevel.Optimal })),
            new GzipCompressionProvider(Options.Create(new GzipCompressionProviderOptions { Level = CompressionLevel.Optimal })),
        },
    }));

    /// <summary>Asked for by a person, a program, or a page of ours; not by a page of somebody else.</summary>
    private static bool IsOwn(HttpContext context) => context.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "none" or "same-origin";
}
