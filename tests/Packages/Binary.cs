using System.Buffers.Binary;
using System.Reflection.PortableExecutable;
using System.Text;

namespace EmbSync.Packages;

/// <summary>What a binary is made for, read from its own header: names of files promise anything.</summary>
internal static class Binary
{
    /// <summary>What compilers of ReadyToRun code add to the machine of an assembly for a system; Windows adds nothing.</summary>
    private const int ReadyToRunForLinux = 0x7B79;

    private const int ReadyToRunForMacOs = 0x4644;

    /// <summary>
    /// Runtimes that can load it: several for a program that needs no C library by name. Empty for what is no machine code, an assembly of
    /// portable code among it; null for machine code of anything else.
    /// </summary>
    public static string[]? Runtimes(byte[] content)
    {
        if (content.AsSpan().StartsWith("\u007fELF"u8))
        {
            return Elf(content);
        }

        if (content.AsSpan().StartsWith("MZ"u8))
        {
            return Pe(content);
        }

        // Mach-O of 64 bits; archives of static libraries (.a) can't be loaded by anything, and fat binaries are used by none of the
        // libraries.
        var magic = content.Length < 8 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(content);
        return magic switch
        {
            0xFEEDFACF => BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(4)) switch
                { 0x0100000C => ["osx-arm64"], 0x01000007 => ["osx-x64"], _ => null },
            0xFEEDFACE or 0xBEBAFECA => null,
            _ => content.AsSpan().StartsWith("!<arch>"u8) || content.AsSpan().StartsWith("\0asm"u8) ? null : [],
        };
    }

    private static string[]? Elf(byte[] content)
    {
        string? architecture = BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(18)) switch
            { 62 => "x64", 183 => "arm64", _ => null };
        if (architecture is null || content[4] != 2 || content[5] != 1)
        {
            return null;
        }

        // The name of the C library that it asks for stands in its table of strings.
        var text = Encoding.Latin1.GetString(content);
        var musl = text.Contains("libc.musl-", StringComparison.Ordinal) || text.Contains("/lib/ld-musl-", StringComparison.Ordinal);
        var glibc = text.Contains("\0libc.so.6\0", StringComparison.Ordinal);
        return (musl, glibc) switch
        {
            (true, false) => [$"linux-musl-{architecture}"],
            (false, true) => [$"linux-{architecture}"],
            (false, false) => [$"linux-{architecture}", $"linux-musl-{architecture}"],
            _ => null,
        };
    }

    private static string[]? Pe(byte[] content)
    {
        using var reader = new PEReader(new MemoryStream(content));
        var machine = (int)reader.PEHeaders.CoffHeader.Machine;
        if (reader.HasMetadata && reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size == 0)
        {
            return [];
        }

        return Architecture(machine) is { } windows ? [$"win-{windows}"]
            : Architecture(machine ^ ReadyToRunForLinux) is { } linux ? [$"linux-{linux}", $"linux-musl-{linux}"]
            : Architecture(machine ^ ReadyToRunForMacOs) is { } apple ? [$"osx-{apple}"]
            : null;
    }

    private static string? Architecture(int machine) =>
        (Machine)machine switch { Machine.Amd64 => "x64", Machine.Arm64 => "arm64", _ => null };
}
