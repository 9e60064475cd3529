namespace EmbSync.Tests;

internal static class FaultList;
