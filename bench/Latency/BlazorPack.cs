using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace JobLineage.Bench.Latency;

/// <summary>
/// What a circuit and its browser say to each other: SignalR's messages as MessagePack arrays, each behind its length. Only
/// what a viewer needs. The format is that of SignalR's hub protocol (binary transport) and of the MessagePack specification.
/// </summary>
internal static class BlazorPack
{
    /// <summary>The first thing a client says, and how messages of the text handshake end.</summary>
    public static readonly byte[] Handshake = Encoding.UTF8.GetBytes("{\"protocol\":\"blazorpack\",\"version\":1}\u001e");

    /// <summary>A sign of life.</summary>
    public static readonly byte[] Ping = Framed(w => w.Array(1).Integer(6));

    /// <summary>A call that nobody answers, or with an id, one that is answered.</summary>
    public static byte[] Invocation(string? id, string target, params object?[] arguments) => Framed(w =>
    {
        w.Array(6).Integer(1).Map(0).Text(id).Text(target).Array(arguments.Length);
        foreach (var argument in arguments)
            w.Value(argument);
        w.Array(0);
    });

    /// <summary>Splits what has arrived into whole messages; the rest waits for more.</summary>
    /// <returns>How many bytes were used.</returns>
    public static int Read(ReadOnlySpan<byte> buffer, List<object?[]> messages)
    {
        var used = 0;
        while (TryLength(buffer[used..], out var prefix, out var length) && buffer.Length - used - prefix >= length)
        {
            var reader = new Reader(buffer.Slice(used + prefix, length));
            messages.Add((object?[])reader.Value()!);
            used += prefix + length;
        }

        return used;
    }

    private static bool TryLength(ReadOnlySpan<byte> buffer, out int prefix, out int length)
    {
        length = 0;
        for (prefix = 0; prefix < Math.Min(5, buffer.Length); prefix++)
        {
            length |= (buffer[prefix] & 0x7f) << (7 * prefix);
            if ((buffer[prefix] & 0x80) == 0)
            {
                prefix++;
                return true;
            }
        }

        return false;
    }

    private static byte[] Framed(Action<Writer> write)
    {
        var writer = new Writer();
        write(writer);
        var body = writer.Written;
        var prefix = new List<byte>(5);
        var left = (uint)body.Length;
        do
        {
            var seven = (byte)(left & 0x7f);
            left >>= 7;
            prefix.Add((byte)(left > 0 ? seven | 0x80 : seven));
        }
        while (left > 0);
        return [.. prefix, .. body];
    }

    private sealed class Writer
    {
        private readonly ArrayBufferWriter<byte> buffer = new();

        public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

        // All lengths here are far below the limits of the 16 bit forms, texts aside.
        public Writer Array(int count) => count < 16 ? Byte((byte)(0x90 | count)) : throw new ArgumentOutOfRangeException(nameof(count));

        public Writer Map(int count) => Byte((byte)(0x80 | count));

        public Writer Integer(long value)
        {
            if (value is >= 0 and < 128)
                return Byte((byte)value);
            Byte(0xd3);
            BinaryPrimitives.WriteInt64BigEndian(buffer.GetSpan(8), value);
            buffer.Advance(8);
            return this;
        }

        public Writer Text(string? text)
        {
            if (text is null)
                return Byte(0xc0);
            var bytes = Encoding.UTF8.GetBytes(text);
            Byte(0xdb);
            BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), bytes.Length);
            buffer.Advance(4);
            buffer.Write(bytes);
            return this;
        }

        public void Value(object? value)
        {
            switch (value)
            {
                case null or string:
                    Text((string?)value);
                    break;
                case bool truth:
                    Byte(truth ? (byte)0xc3 : (byte)0xc2);
                    break;
                default:
                    Integer(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                    break;
            }
        }

        private Writer Byte(byte value)
        {
            buffer.GetSpan(1)[0] = value;
            buffer.Advance(1);
            return this;
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> left)
    {
        private ReadOnlySpan<byte> left = left;

        public object? Value()
        {
            var code = Take(1)[0];
            return code switch
            {
                < 0x80 => (long)code,
                < 0x90 => Map(code & 0x0f),
                < 0xa0 => Array(code & 0x0f),
                < 0xc0 => Text(code & 0x1f),
                0xc0 => null,
                0xc2 => false,
                0xc3 => true,
                0xc4 => Bytes(Take(1)[0]),
                0xc5 => Bytes(BinaryPrimitives.ReadUInt16BigEndian(Take(2))),
                0xc6 => Bytes(BinaryPrimitives.ReadInt32BigEndian(Take(4))),
                0xca => (double)BinaryPrimitives.ReadSingleBigEndian(Take(4)),
                0xcb => BinaryPrimitives.ReadDoubleBigEndian(Take(8)),
                0xcc => (long)Take(1)[0],
                0xcd => (long)BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
                0xce => (long)BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
                0xcf or 0xd3 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
                0xd0 => (long)(sbyte)Take(1)[0],
                0xd1 => (long)BinaryPrimitives.ReadInt16BigEndian(Take(2)),
                0xd2 => (long)BinaryPrimitives.ReadInt32BigEndian(Take(4)),
                0xd9 => Text(Take(1)[0]),
                0xda => Text(BinaryPrimitives.ReadUInt16BigEndian(Take(2))),
                0xdb => Text(BinaryPrimitives.ReadInt32BigEndian(Take(4))),
                0xdc => Array(BinaryPrimitives.ReadUInt16BigEndian(Take(2))),
                0xde => Map(BinaryPrimitives.ReadUInt16BigEndian(Take(2))),
                >= 0xe0 => (long)(sbyte)code,
                _ => throw new InvalidDataException($"MessagePack code {code:x2} is not one that a circuit uses."),
            };
        }

        private object?[] Array(int count)
        {
            var items = new object?[count];
            for (var i = 0; i < count; i++)
                items[i] = Value();
            return items;
        }

        // Headers: nothing in them is of use here.
        private object? Map(int count)
        {
            for (var i = 0; i < 2 * count; i++)
                Value();
            return null;
        }

        private string Text(int length) => Encoding.UTF8.GetString(Take(length));

        // A picture of the page: that it came is enough.
        private int Bytes(int length) => Take(length).Length;

        private ReadOnlySpan<byte> Take(int count)
        {
            var taken = left[..count];
            left = left[count..];
            return taken;
        }
    }
}
