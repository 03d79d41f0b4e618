using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>A number for all that was read of a job: when it is the stored one, there is nothing to write.</summary>
internal static class JobHash
{
    public static long Of(Job job)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[72];
        Span<long> values =
        [
            (long)job.State, job.Attempt, job.MaxAttempts, job.Priority, Ticks(job.InsertedAt), Ticks(job.ScheduledAt),
            Ticks(job.AttemptedAt), Ticks(job.FinishedAt), job.IsCut ? 1 : 0,
        ];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(numbers[(i * 8)..], values[i]);
        hash.AppendData(numbers);
        Append(hash, job.Worker);
        Append(hash, job.Queue);
        Append(hash, job.Step);
        Append(hash, job.ParentId);
        Append(hash, job.RunKey);
        Append(hash, job.AttemptedBy);
        Append(hash, job.Args);
        Append(hash, job.Meta);
        foreach (var error in job.Errors)
        {
            BinaryPrimitives.WriteInt64LittleEndian(numbers, error.Attempt);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], Ticks(error.At));
            hash.AppendData(numbers[..16]);
            Append(hash, error.Message);
        }

        // Only where there is one: rows that announce nothing keep the number they have.
        if (job.ExpectedChildren is { } expected)
        {
            BinaryPrimitives.WriteInt64LittleEndian(numbers, expected);
            hash.AppendData(numbers[..8]);
        }

        Span<byte> result = stackalloc byte[32];
        hash.GetHashAndReset(result);
        return BinaryPrimitives.ReadInt64LittleEndian(result);
    }

    private static long Ticks(DateTimeOffset? time) => time?.UtcTicks ?? -1;

    private static void Append(IncrementalHash hash, string? text)
    {
        // The length first, so that "ab","c" and "a","bc" differ; -1 tells null from empty.
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, text?.Length ?? -1);
        hash.AppendData(length);
        if (text is not null)
            hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
    }
}
