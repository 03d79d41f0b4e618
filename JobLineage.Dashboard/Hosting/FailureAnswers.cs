using JobLineage.Dashboard.Security;
using Microsoft.AspNetCore.Diagnostics;

namespace JobLineage.Dashboard.Hosting;

/// <summary>What is answered when a request fails: a sentence, never a stack trace. The log has the rest.</summary>
internal sealed partial class FailureAnswers(ILogger<FailureAnswers> logger) : IExceptionHandler
{
    private const int RetrySeconds = 5;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var (status, sentence) = Answer(context.Request, exception);
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetrySeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            LogUnavailable(logger, context.Request.Path, exception.Message);
        }
        else if (status == StatusCodes.Status500InternalServerError)
        {
            LogFailed(logger, context.Request.Method, context.Request.Path, exception);
        }

        await Refusal.WriteAsync(context, status, sentence, mayRetry: true);
        return true;
    }

    /// <summary>By what is at the bottom of it: forms and cookies wrap what they could not read.</summary>
    private static (int Status, string Sentence) Answer(HttpRequest request, Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                case InvalidDataException when request.HasFormContentType:
                    return (StatusCodes.Status413PayloadTooLarge, "The request is larger than is accepted here.");
                case BadHttpRequestException bad:
                    return (bad.StatusCode, "The request can't be read.");
                case var _ when StoreFailures.IsUnavailable(e):
                    return (StatusCodes.Status503ServiceUnavailable, "The store does not answer. It is tried again with the next request.");
            }
        }

        return (StatusCodes.Status500InternalServerError, "Something went wrong here. The log tells what.");
    }

    [LoggerMessage(101, LogLevel.Warning, "The store did not answer {Path}: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, PathString path, string reason);

    [LoggerMessage(102, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, string method, PathString path, Exception exception);
}
