using System.Runtime.InteropServices;

namespace EmbSync.Tool.Terminals;

/// <summary>Ctrl-C and SIGTERM end a run in order: what was paid is committed first. A second signal ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private const int Interrupted = 130;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public Interruption()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested)
        {
            Environment.Exit(Interrupted);
        }

        _source.Cancel();
    }
}
