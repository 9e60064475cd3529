using System.Globalization;
using System.Text;

namespace EmbSync.Bench;

/// <param name="Files">Tokens of all changed files.</param>
/// <param name="Bodies">Tokens of the bodies that changed.</param>
/// <param name="OnlyKnown">Every changed file has bytes that were there before: renames, copies, reverts.</param>
/// <param name="OnlyQuiet">Only front matter (titles aside) or checkboxes differ.</param>
internal sealed record ReplayStep(bool IsImport, int Changed, long Files, long Bodies, bool OnlyKnown, bool OnlyQuiet);

internal sealed class ReplayTotals
{
    private long _importBought;
    private long _importFiles;
    private long _bought;
    private long _files;
    private long _bodies;
    private int _failed;
    private (int Commits, long Bought) _known;
    private (int Commits, long Bought) _quiet;

    public int Commits { get; private set; }

    public void Add(ReplayStep step, long bought, int failed)
    {
        Commits++;
        _failed = Math.Max(_failed, failed);
        if (step.IsImport)
        {
            (_importBought, _importFiles) = (bought, step.Files);
            return;
        }

        _bought += bought;
        _files += step.Files;
        _bodies += step.Bodies;
        _known = step.OnlyKnown ? (_known.Commits + 1, _known.Bought + bought) : _known;
        _quiet = step.OnlyQuiet ? (_quiet.Commits + 1, _quiet.Bought + bought) : _quiet;
    }

    public string Text(string name, int boughtTwice) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"{name}: {Commits} commits\n")
        .Append(CultureInfo.InvariantCulture, $"  import: {_importBought:N0} tokens bought, files have {_importFiles:N0}\n")
        .Append(CultureInfo.InvariantCulture, $"  after it: {_bought:N0} tokens bought\n")
        .Append(CultureInfo.InvariantCulture, $"    (a) each changed file whole: {_files:N0}, ratio {Ratio(_files):0.000}\n")
        .Append(CultureInfo.InvariantCulture, $"    (b) each changed body whole: {_bodies:N0}, ratio {Ratio(_bodies):0.000}\n")
        .Append(CultureInfo.InvariantCulture, $"  renames, copies and reverts alone: {_known.Commits} commits, {_known.Bought} tokens\n")
        .Append(CultureInfo.InvariantCulture, $"  metadata and checkboxes alone: {_quiet.Commits} commits, {_quiet.Bought} tokens\n")
        .Append(CultureInfo.InvariantCulture, $"  texts bought twice: {boughtTwice}; most items set aside in a sync: {_failed}\n")
        .ToString();

    private double Ratio(long of) => of == 0 ? 0 : (double)_bought / of;
}
