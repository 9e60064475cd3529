using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace EmbSync.ModelMaker;

internal static class PackagedResource
{
    /// <summary>
    /// An embedded resource of an assembly that is not loaded, so that nothing it refers to is needed. ECMA-335 II.24.2.4: resources lie in
    /// one
    /// block of the image, each after its length in four bytes.
    /// </summary>
    /// <param name="ending">Of the resource's name.</param>
    /// <exception cref="InvalidDataException">The assembly has no such resource.</exception>
    public static byte[] Read(string assembly, string ending)
    {
        using var file = File.OpenRead(assembly);
        using var image = new PEReader(file, PEStreamOptions.LeaveOpen);
        var metadata = image.GetMetadataReader();
        foreach (var resource in metadata.ManifestResources.Select(metadata.GetManifestResource))
        {
            if (!resource.Implementation.IsNil || !metadata.GetString(resource.Name).EndsWith(ending, StringComparison.Ordinal))
            {
                continue;
            }

            if (image.PEHeaders.CorHeader is not { } header || !image.PEHeaders.TryGetDirectoryOffset(
                header.ResourcesDirectory, out var start))
            {
                break;
            }

            file.Position = start + resource.Offset;
            Span<byte> length = stackalloc byte[sizeof(int)];
            file.ReadExactly(length);
            var bytes = new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(length)];
            file.ReadExactly(bytes);
            return bytes;
        }

        throw new InvalidDataException(
            $"{assembly} holds no resource whose name ends with '{ending}': is it the package that Directory.Packages.props names?");
    }
}
