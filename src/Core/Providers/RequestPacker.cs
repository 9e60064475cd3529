namespace EmbSync.Core.Providers;

/// <summary>Packs inputs in their order into batches that fit the caps. Takes one input more than it gives, and no more.</summary>
internal sealed class RequestPacker(IAsyncEnumerator<EmbedInput> inputs, RequestCaps caps)
{
    private EmbedInput? _held;

    /// <returns>Empty at the end of the inputs.</returns>
    public async Task<IReadOnlyList<EmbedInput>> NextAsync(CancellationToken cancellationToken)
    {
        var batch = new List<EmbedInput>();
        var load = RequestLoad.None;
        while (_held is not null || await inputs.MoveNextAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var input = _held ?? inputs.Current;
            _held = null;
            if (!caps.HasRoom(ref load, input))
            {
                _held = input;
                break;
            }

            batch.Add(input);
            if (load.Inputs >= caps.Inputs)
            {
                break;
            }
        }

        return batch;
    }
}
