using System.CommandLine;
using System.Globalization;
using JobLineage.Core.Model;

namespace JobLineage.Dashboard.Cli;

/// <summary><c>--filter</c>: which jobs of a run are meant, as it is typed everywhere else.</summary>
internal static class FilterOption
{
    /// <summary>The option, which refuses what is no filter, and what only the store can tell.</summary>
    /// <param name="description">What it does to the verb, as a sentence.</param>
    public static Option<string?> Of(string description)
    {
        var filter = new Option<string?>("--filter") { Description = description, HelpName = "FILTER" };
        filter.Validators.Add(result =>
        {
            var reading = JobFilter.Parse(result.GetValueOrDefault<string>());
            if (reading.Problem is { } problem)
                result.AddError($"--filter: {VisibleText.Line(problem.ToString())}");
            else if (reading.Filter.Error is { } number)
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--filter: error:#{number} is a number of the dashboard's store, which the terminal does not read; write the error's text, as in error:\"not found\"."));
        });
        return filter;
    }
}
