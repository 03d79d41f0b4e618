using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using JobLineage.Core.Model;

namespace JobLineage.Core.Store.Ingest;

/// <summary>
/// A number for what is large of a job and seldom changes: when it is the stored one, that is not written. All else that is read of
/// a job is compared as it is.
/// </summary>
internal static class JobHash
{
    /// <summary>The number of a job.</summary>
    /// <param name="job">As it was read.</param>
    /// <param name="parents">Its further parents, as they are to be stored.</param>
    public static long Of(Job job, IReadOnlyList<string> parents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, job.MaxAttempts);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], job.Priority);
        hash.AppendData(numbers);
        Append(hash, job.Args);
        Append(hash, job.Meta);
        foreach (var error in job.Errors)
        {
            BinaryPrimitives.WriteInt64LittleEndian(numbers, error.Attempt);
            BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], Ticks(error.At));
            hash.AppendData(numbers);
            Append(hash, error.Message);
        }

        // What was read before there were any keeps its number, and so does what names an id that has come back.
        foreach (var parent in parents)
            Append(hash, JobKeys.Newest(parent));
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
