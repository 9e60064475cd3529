using static EmbSync.Tests.Touched;

namespace EmbSync.Tests;

/// <param name="Case">As <see cref="FaultAttribute"/> names it.</param>
/// <param name="Answer">What embsync does.</param>
/// <param name="ExitCode">Of the run that meets the fault, in words where it depends.</param>
/// <param name="On">Every store and provider that it touches: each is owed a test.</param>
internal sealed record FaultCase(int Number, string Case, string Answer, string ExitCode, Touched[] On)
{
    /// <summary>The test is the engine's: the command line can't bring the fault about.</summary>
    public bool InCore { get; init; }
}

/// <summary>Every fault that is owed a test, case by case. docs/faults.md is made from it.</summary>
internal static class FaultList
{
    private const string SetAside = "set aside with its file and line; its row stays as it was, the rest is done";

    private const string Warned = "a warning with its file and line; the item is embedded all the same";

    private static readonly Touched[] Stores = [Sqlite, Postgres];
    private static readonly Touched[] AllStores = [Sqlite, Postgres, Memory];
    private static readonly Touched[] StoresAndOpenAi = [Sqlite, Postgres, OpenAi];

    /// <summary>Numbers that are owed; a number without a case is one that nobody thought of.</summary>
    public static readonly IReadOnlyList<int> Owed = [.. Enumerable.Range(1, 29), .. Enumerable.Range(30, 7), .. Enumerable.Range(37, 7),
        44, 45, 46, 47, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68];

    public static readonly IReadOnlyList<(string Title, IReadOnlyList<FaultCase> Cases)> Sections =
    [
        ("Files",
        [
            .. Each(1, ["empty", "blank", "only a mark", "front matter alone"], "an item without chunks: no request, and current", "0",
                StoresAndOpenAi),
            new(1, "no words for the offline provider", "an item all the same; the rest is done", "0", [Sqlite, Postgres, Lexical]),
            new(2, "front matter nested 6,000 deep", $"EMB1101: read to depth 64; {Warned}", "0", AllStores),
            new(3, "alias", "an alias stands for its value", "0", AllStores),
            .. Each(3, ["self-reference", "bomb of aliases"],
            $"EMB1102: aliases stand for 1,000 values at most, others are text; {Warned}", "0", AllStores),
            new(4, "a thousand >", $"EMB1104: embedded as plain paragraphs; {Warned}", "0", AllStores),
            new(5, "over the size limit", "EMB1105: set aside before it is read (`limits.maxFileBytes`)", "3", AllStores),
            .. Each(6, ["invalid UTF-8", "UTF-16 without a mark", "lone surrogate"], $"EMB1116: read as another encoding; {Warned}", "0",
            AllStores),
            new(6, "NUL", $"EMB1106: {SetAside}", "3", AllStores),
            new(7, "line ends, mark and composed letters",
            "the same hash: CRLF, a byte order mark, NFD and UTF-16 with a mark buy nothing", "0", Stores),
            new(8, "two files with one id", "EMB1107: both are kept, one by its path; a warning names both", "0", Stores),
            .. Each(9, ["rename", "move to another source", "copy"], "nothing is bought: vectors go by the text's hash", "0", Stores),
            new(10, "a million words", "every word is sent, in chunks; nothing is cut off", "0", StoresAndOpenAi),
            new(10, "a million words in 256 MB", "the whole run stays within a heap of 256 MB", "0", [Sqlite, Postgres, Lexical]),
            new(11, "changed while its text is on the way", "the hash stored is that of the text sent; the next run sees the change", "0",
            Stores),
            new(11, "changed after it was listed", "the version stored is that of the bytes read", "0", [NoStore]) { InCore = true },
            new(12, "no file matches", "nothing is deleted, nothing begun; `--max-delete` says that it is meant", "5", Stores),
            new(12, "a folder can't be read", "EMB1110: named; nothing is deleted, the rest is done", "3", Stores),
            new(12, "a scope in a folder that can't be read", "EMB1110: the path is named and its row stays", "3", Stores),
            new(13, "conflict markers", $"EMB1108: both sides are embedded without the markers; {Warned}", "0", AllStores),
            .. Each(14, ["newline", "quotes", "255 bytes", "option", "bidirectional"],
            "a name like any other: stored, shown as text, deleted with its file", "0", Stores),
            new(14, "not UTF-8", "named and set aside; the rest is done", "3", Stores),
            new(15, "link out of the work tree", "EMB1109: not followed, set aside", "3", AllStores),
            .. Each(15, ["pattern with ..", "absolute pattern"], "refused with file, line and column; nothing is read or deleted", "2",
            Stores),
        ]),
        ("git",
        [
            .. Each(16, ["starts with -", "control characters", "does not exist", "empty"],
                "refused before git sees it, or said not to exist; nothing is done", "2", Stores),
            new(17, "shallow clone without the merge base", "says `fetch-depth: 0`; nothing is done", "2", Stores),
            .. Each(18, ["no git at all", "empty repository"], "files are read to find what changed; a run with a ref says why it can't",
            "0; 2 with a ref", Stores),
            .. Each(18, ["detached head", "worktree"], "read as any other", "0", Stores),
            new(18, "bare repository", "the tree of HEAD is read", "0", Stores),
            new(18, "bare repository without a commit", "says that there is nothing to read", "1", Stores),
            new(18, "submodule", "another repository: its files are not this project's items", "0", Stores),
            .. Each(18, ["sparse checkout", "sparse checkout with a sparse index"], "what the checkout leaves out is not deleted", "0",
            Stores),
            new(18, "LFS pointer", "EMB1111: set aside; says `git lfs pull`", "3", AllStores),
            new(19, "a run without a ref", "says `safe.directory` and goes on over the files", "0", Stores),
            new(19, "a run with a ref", "says `safe.directory`; nothing is done", "2", Stores),
            new(20, "most tasks go", "nothing is deleted, bought or begun; says what `--max-delete` to give", "5", Stores),
            .. Each(21, ["rename plus edit", "delete plus re-add", "case-only rename", "staged and unstaged at once"],
                "only text that was never seen is bought; the work tree counts, not the index", "0", Stores),
            .. Each(22, ["criss-cross merges", "unrelated histories"], "a scoped run ends where a full one ends", "0", Stores),
        ]),
        ("Configuration",
        [
            .. Each(23, ["unknown key", "wrong type", "tab", "duplicate key", "empty file"],
                "named with file, line, column and a guess; nothing is opened", "2", [NoStore, .. Stores]),
            new(24, "hostile names that are not there",
                "looked up in the catalog, never put into a statement; refused with the columns that there are", "2",
                [Postgres]) { InCore = true },
            new(24, "hostile names that are there", "quoted, and read like any other", "0", [Postgres]) { InCore = true },
            new(24, "another statement in a query or condition",
            "refused: one statement is sent at a time, in a transaction that may only read", "2", [Postgres]) { InCore = true },
            .. Each(25, ["key of the provider", "password of the database"], "refused and not repeated; says `env:`", "2",
            [NoStore, OpenAi, .. Stores]),
            new(26, "plain HTTP to a host that is not local", "refused with file, line and column; says https or `allowInsecureHttp`", "2",
            StoresAndOpenAi),
            new(27, "dimension that the model doesn't make", "refused with file, line and column; says what it makes", "2",
            StoresAndOpenAi),
            new(27, "dimension that no index can hold", "refused with file, line and column; says the most that an index holds", "2",
            [Postgres, OpenAi]),
            new(28, "endpoint moved by a change of the file", "neither key nor text is sent: the host must be in `embeddings.allowHosts`",
            "2", StoresAndOpenAi),
            .. Each(29, ["address of the store", "address of the provider"], "the variable is named, with file, line and column", "2",
            [NoStore, OpenAi, .. Stores]),
            new(29, "key of the provider", "the variable is named before anything is written, where something is to be bought", "6",
            [NoStore, OpenAi, .. Stores]),
        ]),
        ("Provider",
        [
            .. Each(30, ["429 with Retry-After in seconds", "429 with Retry-After as a date", "429 with retry-after-ms",
                "429 without a time"],
                "waited for as the server asks, else with growing, jittered pauses; fewer requests at once", "0", StoresAndOpenAi),
            new(30, "429 that asks for a day", "ends the run at once and says so: longer than `embeddings.retry.seconds`", "1",
                StoresAndOpenAi),
            new(30, "429 without end", "gives up after `embeddings.retry.seconds` (120)", "1", StoresAndOpenAi),
            .. Each(31, ["insufficient_quota", "insufficient_quota midway"], "stops at once; what was paid is kept", "6", StoresAndOpenAi),
            .. Each(32, ["401", "403"], "stops at once and names the variable of the key", "6", StoresAndOpenAi),
            new(32, "404", "stops at once and names `embeddings.model` and `embeddings.baseUrl`", "6", StoresAndOpenAi),
            new(33, "input too long", "EMB1201: halved until the text is found; its item is set aside, the rest is done", "3",
            StoresAndOpenAi),
            .. Each(34, ["more tokens than a request may have", "more inputs than a request may have"],
            "halved on refusal, and the cap is learned for the run", "0", StoresAndOpenAi),
            .. Each(35, ["500", "503", "reset"], "tried again with jittered pauses, 120 s a request in all", "0", StoresAndOpenAi),
            new(35, "no answer", "each try ends after `embeddings.timeoutSeconds` (60)", "1", StoresAndOpenAi),
            .. Each(35, ["500 without end", "reset without end"], "gives up after `embeddings.retry.seconds` (120)", "1", StoresAndOpenAi),
            .. Each(36, ["truncated answer", "half of an answer", "HTML", "empty answer"], "asked for again; nothing of it is believed",
            "0", StoresAndOpenAi),
            new(36, "HTML for every request", "gives up after few tries and names `embeddings.baseUrl`; the body is not printed", "1",
            StoresAndOpenAi),
            .. Each(37, ["fewer vectors than texts", "more vectors than texts", "index missing", "index doubled"],
                "the whole answer is refused and asked for again: no text gets another one's vector", "0", StoresAndOpenAi),
            new(37, "answers shuffled", "put in order by their index", "0", StoresAndOpenAi),
            new(37, "answers that can never be told apart", "`--batch-size 1`, which the message names, goes through", "0",
            StoresAndOpenAi),
            .. Each(38, ["NaN", "infinity", "zero vector", "wrong dimension of one"], "only that text is asked for again", "0",
            StoresAndOpenAi),
            new(38, "wrong dimension of all", "asked for once more", "0", StoresAndOpenAi),
            new(38, "wrong dimension whenever it is asked for", "both dimensions are named; nothing of it is stored", "1", StoresAndOpenAi),
            new(38, "a vector that is bad whenever it is asked for", "EMB1202: that item is set aside, the rest is done", "3",
            StoresAndOpenAi),
            new(38, "not of unit length", "brought to unit length", "0", StoresAndOpenAi),
            new(39, "floats where base64 was asked for", "both are read", "0", StoresAndOpenAi),
            new(40, "another model named in the answer", "both are named; nothing of it is stored", "1", StoresAndOpenAi),
            new(41, "one poisonous text", "EMB1201: found by halving and set aside, the rest is done", "3", StoresAndOpenAi),
            new(42, "a byte at a time", "each try ends after `embeddings.timeoutSeconds` (60), to the last byte", "1", StoresAndOpenAi),
            new(43, "no usage", "the bill is said to be unknown, costs are of the estimate", "0", StoresAndOpenAi),
        ]),
        ("Database",
        [
            new(44, "not there", "names host and variable; nothing is bought", "1", [Postgres]),
            new(44, "no such database", "prints `CREATE DATABASE`; nothing is bought", "1", [Postgres]),
            new(44, "wrong password", "names user and variable, never the password; nothing is bought", "1", [Postgres]),
            new(44, "no right to create", "prints the `GRANT` to have run; nothing is bought", "2", [Postgres]),
            new(44, "read-only", "can be looked at; a sync buys nothing and says what to point at", "1", [Postgres]),
            new(44, "disk full", "what was committed before stays; the next run goes on", "1", [Postgres]),
            new(44, "wrong encoding", "prints the `CREATE DATABASE` that fits; nothing is bought", "2", [Postgres]),
            .. Each(45, ["absent, and not to be made", "not installed on the server"],
            "prints `CREATE EXTENSION` and who runs it; nothing is bought", "2", [Postgres]),
            new(45, "too old", "prints `ALTER EXTENSION`; nothing is bought", "2", [Postgres]),
            new(46, "before or between commits",
            "a new connection goes on, or the run ends and the next one does; nothing is bought twice", "0, 1 or 7",
            [Postgres]) { InCore = true },
            new(46, "in a commit", "the run ends; what was paid waits in the spool, the next run plays it back", "1", [Postgres])
            { InCore = true },
            new(47, "deadlock, serialisation failure, lock and statement time-outs",
            "the transaction is done again a few times; then it says what blocks", "1", [Postgres]) { InCore = true },
            new(49, "an INVALID index of the store",
            "named by syncs and `doctor`, searches compare all; `repair` drops it and builds it anew", "0; `doctor` 4",
            [Postgres]) { InCore = true },
            new(50, "newer than the tool", "neither read nor written: upgrade embsync", "2", Stores),
            new(51, "what repair mends",
            "`repair` makes tables and views again, deletes what no search can use and names what a sync has to buy", "1; `repair` 0 or 4",
            Stores) { InCore = true },
            .. Each(52, ["damaged", "not a database"], "left as it is, to the byte; says how to restore or begin anew, and at what cost",
            "1", [Sqlite]),
            new(52, "another program's", "left as it is, to the byte", "2", [Sqlite]),
            new(52, "locked", "says that another process holds it", "1", [Sqlite]),
            new(52, "read-only", "names the file; nothing is bought", "1", [Sqlite]),
            new(52, "disk full", "what was committed stays; the next commit that fits goes through", "1", [Sqlite]) { InCore = true },
        ]),
        ("Process",
        [
            new(53, "before and after every write", "the next run ends as a clean one; at most what was under way is bought again",
                "0 then", Stores) { InCore = true },
            new(53, "before and after every write, with two models", "the same, in both spaces", "0 then", Stores) { InCore = true },
            new(53, "before and after every write of a reembed", "searches stay as they were until the switch; the next one goes on",
            "0 then", Stores) { InCore = true },
            new(53, "before and after every write of a repair", "the next one does the rest", "0 or 4 then", Stores) { InCore = true },
            new(53, "before every step of a reembed of a column",
            "the next one goes on; searches use the column that was there until the exchange", "0 then", [Postgres]) { InCore = true },
            new(53, "kill -9 at random moments", "the next run ends as a clean one; at most what was under way is bought again",
            "137; 0 then", StoresAndOpenAi),
            .. Each(54, ["SIGINT", "SIGTERM"], "no request starts any more; what is under way is kept, for at most 3 s", "130", Stores),
            new(55, "a second writer", "names who writes and leaves, or waits as long as --wait says", "7", Stores) { InCore = true },
            new(56, "a zombie writer", "every commit checks the writer's epoch: it writes nothing", "7", Stores) { InCore = true },
            new(57, "a sync during a reembed", "goes on; what it brings is embedded again before the switch", "0", Stores)
            { InCore = true },
            new(57, "two reembeds at once", "share the work by leases, each text is bought once, one of them switches", "0", Stores)
            { InCore = true },
            new(57, "a rollback during a sync", "waits as long as --wait says, or leaves", "7", Stores) { InCore = true },
            new(58, "a lease made before the clock was set back", "counts as free; PostgreSQL's leases go by the server's clock", "0",
            [Sqlite, Memory]) { InCore = true },
            new(59, "a spool that can't be written", "stops before anything is bought and names `store.spool`", "1", [Postgres])
            { InCore = true },
            new(59, "full disk under the spool", "what is paid goes to the database, nothing more is bought; names `store.spool`", "1",
            [Postgres]),
            .. Each(60, ["a reader that goes away", "a reader that is gone from the beginning"],
            "one line on stderr; what was to be done is done", "1, or 0 where all had been written", Stores),
            new(67, "a link in place of the spool", "not followed; nothing is bought", "2", [Postgres]) { InCore = true },
            new(67, "a spool that others could read", "made for its owner alone: folder 0700, files 0600", "0", [Postgres])
            { InCore = true },
        ]),
        ("Security",
        [
            .. Each(64, ["a key that is refused", "a server that repeats the key", "a database that refuses the password", "all goes well"],
                "no key and no password in what is printed, written or stored, nor in a binary log of a build", "depends", Stores),
            new(65, "a pull request from a fork", "the recipe needs no secret and no store: it compares two trees, and writes nothing",
                "0", [NoStore]),
            new(66, "a hook of somebody else",
                "kept, and run first with the same arguments and input; `hook uninstall` puts it back to the byte", "0", [NoStore]),
            new(66, "a hook that was edited since it was installed", "neither overwritten nor deleted", "1", [NoStore]),
            new(66, "a tool that the repository's own content names", "no hook starts it, unless `hook install --local` asked for it", "0",
            [NoStore]),
            new(66, "a folder of hooks for all repositories", "not written into; says how to give this repository its own", "2", [NoStore]),
            new(68, "configuration, attributes and hooks that name programs", "read as any other repository; no program is started", "0",
            Stores),
        ]),
        ("Output",
        [
            new(61, "workflow commands in titles", "no line of a title begins a workflow command; percent signs and line ends are escaped",
                "0", [NoStore]),
            new(61, "workflow commands in names and errors", "the same for file names, ids and messages", "3", Stores),
            new(62, "HTML, links, pipes and backticks in Markdown",
            "shown as text in job summaries: nothing of it opens a tag, a cell, a link or code", "0", [NoStore]),
            new(62, "HTML and script in the HTML page",
            "data is escaped in the page and shown as text; a policy in the page allows its own script only", "0", [NoStore]),
            new(63, "escapes and bidirectional marks in titles", "shown by number, never sent", "0", [NoStore]),
            new(63, "escapes and bidirectional marks in names and errors", "the same for file names, ids and messages", "3", Stores),
        ]),
    ];

    public static IEnumerable<FaultCase> All => Sections.SelectMany(section => section.Cases);

    private static IEnumerable<FaultCase> Each(int number, string[] cases, string answer, string exitCode, Touched[] on) =>
        cases.Select(name => new FaultCase(number, name, answer, exitCode, on));
}
