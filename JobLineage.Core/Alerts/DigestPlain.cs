using System.Text;
using JobLineage.Core.Contract;

namespace JobLineage.Core.Alerts;

/// <summary>Writes a digest as plain text. Pure.</summary>
internal static class DigestPlain
{
    public static string Write(DigestContent digest)
    {
        var text = new StringBuilder();
        text.Append(DigestRenderer.Opening(digest)).Append('\n');
        if (DigestText.Again(digest) is { } again)
            text.Append(again).Append('\n');
        foreach (var note in DigestNotes.Of(digest))
            text.Append('\n').Append(note.Text).Append('\n').Append(note.Address).Append('\n');
        foreach (var run in digest.Runs)
        {
            text.Append("\n== ").Append(DigestText.Title(run)).Append(": ").Append(Format.Count(run.Failures)).Append(" failed\n");
            text.Append(DigestText.Address(digest, run)).Append('\n');
            foreach (var group in run.Groups)
                Append(text, digest, run, group);
            if (DigestText.More(run) is { } others)
                text.Append("\n  ").Append(others).Append(": ").Append(DigestText.Failed(digest, run)).Append('\n');
        }

        if (DigestText.More(digest) is { } more)
            text.Append('\n').Append(more).Append(": ").Append(digest.BaseUrl).Append("/\n");
        text.Append("\n-- \nJob Lineage · digest ").Append(digest.Key.ToString("D")).Append(" · made ").Append(Format.Time(digest.MadeAt)).Append('\n');
        return text.ToString();
    }

    private static void Append(StringBuilder text, DigestContent digest, DigestRun run, DigestGroup group)
    {
        text.Append("\n  ").Append(DigestText.Heading(group));
        if (DigestText.Kind(group) is { } kind)
            text.Append(": ").Append(kind);
        text.Append("\n  ").Append(DigestText.Circumstances(run, group)).Append('\n');
        if (group.LastMessage is { } message)
        {
            if (group.Failures > 1)
                text.Append("  most recent error:\n");
            text.Append("    | ").Append(DigestText.Message(message).Replace("\n", "\n    | ")).Append('\n');
        }

        foreach (var line in DigestLine.Of(group))
        {
            if (line.Jobs is [var only])
            {
                text.Append("    ").Append(DigestText.Line(only.Id)).Append(" · ").Append(line.Words).Append(" · ").Append(DigestText.Address(digest, run, only)).Append('\n');
                continue;
            }

            text.Append("    each ").Append(line.Words).Append(":\n");
            foreach (var job in line.Jobs)
                text.Append("    ").Append(DigestText.Line(job.Id)).Append(" · ").Append(DigestText.Address(digest, run, job)).Append('\n');
        }

        if (group.MoreJobs > 0)
            text.Append("    and ").Append(Format.Count(group.MoreJobs)).Append(" more: ").Append(DigestText.Address(digest, run, group)).Append('\n');
    }
}
