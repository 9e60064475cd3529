namespace EmbSync.Core.Providers;

/// <summary>
/// A request that was refused and the halves that it was divided into. When all of them go through, no text was to blame: there were too
/// many for one request, though nobody said so.
/// </summary>
/// <param name="parent">The larger request that this one is a half of.</param>
internal sealed class Split(Split? parent)
{
    private int _open;
    private int _largest;
    private bool _isBlamed;

    /// <summary>Two halves are on their way.</summary>
    public void Add() => _open += _open == 0 ? 2 : 1;

    /// <summary>So many inputs went through.</summary>
    public void Done(int inputs, RequestCaps caps)
    {
        _largest = Math.Max(_largest, inputs);
        if (--_open > 0 || _isBlamed)
        {
            return;
        }

        caps.LowerInputsTo(_largest);
        parent?.Done(_largest, caps);
    }

    /// <summary>A text, or something else than their number, was at fault.</summary>
    public void Blame()
    {
        _isBlamed = true;
        parent?.Blame();
    }
}
