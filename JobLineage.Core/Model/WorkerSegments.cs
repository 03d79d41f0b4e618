using System.Text;

namespace JobLineage.Core.Model;

/// <summary>A worker's name taken apart at its dots and slashes; not at those in brackets, and not at those of a version.</summary>
internal sealed class WorkerSegments
{
    private readonly List<string> segments;

    private WorkerSegments(List<string> segments) => this.segments = segments;

    /// <summary>How many there are; names in brackets count too.</summary>
    public int Count => Math.Max(segments.Count, segments.Max(s => s.Split('.', '/').Length));

    /// <summary>Takes a name apart.</summary>
    public static WorkerSegments Of(string worker) => Of(worker, brackets: true) ?? Of(worker, brackets: false) ?? new([worker]);

    /// <summary>Null where brackets do not close, or the name ends with its separator.</summary>
    private static WorkerSegments? Of(string worker, bool brackets)
    {
        var segments = new List<string>();
        var (depth, start, versioned) = (0, 0, false);
        for (var at = 0; at < worker.Length; at++)
        {
            switch (worker[at])
            {
                case '<' or '(' or '[' when brackets:
                    depth++;
                    break;
                case '>' or ')' or ']' when depth > 0:
                    depth--;
                    break;
                case '@' when depth == 0 && at > 0:
                    versioned = true;
                    break;
                case '.' or '/' when depth == 0 && !versioned:
                    segments.Add(worker[start..at]);
                    start = at + 1;
                    break;
            }
        }

        segments.Add(worker[start..]);
        if (depth > 0 || segments[^1].Length == 0)
            return null;
        while (segments.Count > 1 && IsVersion(segments[^1]))
        {
            segments[^2] += "." + segments[^1];
            segments.RemoveAt(segments.Count - 1);
        }

        return new(segments);
    }

    /// <summary>The last so many segments.</summary>
    public string Name(int count)
    {
        var taken = segments.Skip(Math.Max(0, segments.Count - count)).Select(s => Inner(s, count));
        var name = string.Join('.', taken).Replace('/', '.');
        return name.Length == 0 ? Workers.Unknown : name;
    }

    /// <summary>v1, 2, 1_0.</summary>
    private static bool IsVersion(string segment)
    {
        var digits = segment.AsSpan(segment is ['v' or 'V', _, ..] ? 1 : 0);
        return digits.Length > 0 && digits.IndexOfAnyExcept("0123456789_") < 0;
    }

    /// <summary>A segment with the names in its brackets shortened the same way.</summary>
    private static string Inner(string segment, int count)
    {
        var open = segment.AsSpan().IndexOfAny("<([");
        if (open <= 0)
            return segment;
        var inner = new StringBuilder(segment, 0, open, segment.Length);
        var start = open;
        for (var at = open; at <= segment.Length; at++)
        {
            if (at < segment.Length && segment[at] is not ('<' or '>' or '(' or ')' or '[' or ']' or ',' or ' '))
                continue;
            var name = segment[start..at];
            var parts = name.Split('.', '/');
            inner.Append(parts[^1].Length == 0 ? name : string.Join('.', parts.TakeLast(count)));
            if (at < segment.Length)
                inner.Append(segment[at]);
            start = at + 1;
        }

        return inner.ToString();
    }
}
