using EmbSync.ModelMaker;

// usage: EmbSync.ModelMaker MODEL PACKAGE.dll FOLDER
// Writes model.onnx, quantised to eight bits, and vocab.txt into FOLDER. The same bytes on every machine: both are checked against pinned
// hashes.
if (args is not [var name, var package, var folder])
{
    await Console.Error.WriteLineAsync(
        $"usage: EmbSync.ModelMaker {string.Join('|', PinnedModel.All.Select(model => model.Name))} PACKAGE.dll FOLDER");
    return 2;
}

try
{
    var pinned = PinnedModel.All.FirstOrDefault(model => model.Name == name)
        ?? throw new InvalidDataException(
            $"no model is named '{name}': there is {string.Join(", ", PinnedModel.All.Select(model => model.Name))}");
    pinned.Make(package, folder);
    Console.WriteLine($"{name}: made in {folder}");
    return 0;
}
catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException or BadImageFormatException)
{
    await Console.Error.WriteLineAsync($"EmbSync.ModelMaker: {exception.Message}");
    return 1;
}
