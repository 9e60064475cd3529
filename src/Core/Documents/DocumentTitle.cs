using System.Text;
using System.Text.RegularExpressions;
using EmbSync.Core.Documents.FrontMatter;
using EmbSync.Core.Documents.Rendering;

namespace EmbSync.Core.Documents;

/// <summary>
/// What people call a document. A function of the file and its path alone: a title that depended on other files would change with them.
/// It is for people; what is embedded is <see cref="EmbeddedFront"/>.
/// </summary>
internal static partial class DocumentTitle
{
    /// <summary>
    /// Headings that say nothing about a document, as many documents have them: templates of proposals, decisions and READMEs begin with
    /// them. In lower
    /// case, without numbers and punctuation around them.
    /// </summary>
    private static readonly HashSet<string> Generic = new(StringComparer.Ordinal)
    {
        "abstract", "about", "acceptance criteria", "api", "background", "content", "contents", "context", "decision", "description",
            "details", "documentation",
        "examples", "example", "executive summary", "feature name", "features", "foreword", "getting started", "goal", "goals", "home",
            "index", "info", "information", "install",
        "installation", "intro", "introduction", "introductions", "issue", "metadata", "motivation", "name", "note", "notes", "objective",
            "objectives", "overview", "preamble",
        "preface", "problem", "problem statement", "proposal", "purpose", "quick start", "quickstart", "readme", "references",
            "release notes", "requirements", "scope", "setup",
        "specification", "status", "summary", "synopsis", "table of contents", "task", "tasks", "tldr", "title", "toc", "todo", "untitled",
            "usage", "what", "what is this", "why",
        "einführung", "einleitung", "inhalt", "inhaltsverzeichnis", "überblick", "übersicht", "zusammenfassung", "aperçu", "résumé",
            "sommaire", "descripción", "introducción",
        "resumen", "introdução", "resumo", "descrição", "введение", "описание", "обзор", "介绍", "介紹", "前言", "概述", "概要", "摘要", "目录", "目錄",
            "简介", "簡介", "はじめに", "目次", "개요", "소개",
    };

    /// <summary>Names that stand for their folder.</summary>
    private static readonly HashSet<string> FolderFiles = new(
        StringComparer.OrdinalIgnoreCase) { "readme", "index", "_index", "page", "+page", "default" };

    /// <summary>
    /// The front matter's; else the document's only heading of level 1, where nothing but images, links and HTML stands before it; else the
    /// file's name,
    /// or its folder's where the name is README or index.
    /// </summary>
    public static string Of(DocumentFront front, RenderedDocument body, string path)
    {
        var given = front.Find("title")?.ToText() ?? "";
        return given.Length > 0 ? given : Heading(body, isOnly: true) ?? Named(path) ?? Heading(body, isOnly: false) ?? NameOf(path);
    }

    /// <summary>The top heading, unless it is one of many or could be any document's.</summary>
    private static string? Heading(RenderedDocument body, bool isOnly)
    {
        var tops = body.Blocks.Where(block => block.Level == 1).Take(2).ToList();
        string? found = null;
        if (tops.Count > 0)
        {
            var leads = body.Blocks.First(block => block.Level > 0 || block.IsProse) == tops[0];
            found = leads && (tops.Count == 1 || !isOnly) ? body.TextOf(tops[0]).ToString() : null;
        }
        else if (body.Blocks.Count > 0)
        {
            found = body.HtmlTitle;
        }

        return found is null || IsGeneric(found) ? null : found;
    }

    private static bool IsGeneric(string heading)
    {
        var bare = Around().Replace(heading, "").ToLowerInvariant();
        return bare.Length == 0 || Generic.Contains(bare) || bare is "tl;dr" or "q&a";
    }

    /// <summary>From the path; null where it says nothing, as that of a README at the root.</summary>
    private static string? Named(string path)
    {
        var names = path.Split('/');
        for (var i = names.Length - 1; i >= 0; i--)
        {
            var name = i == names.Length - 1 ? NameOf(path) : names[i];
            // A translation is its folder's too: README.zh-CN.md.
            var bare = name.IndexOf('.', 1) is > 0 and var dot && FolderFiles.Contains(name[..dot]) ? name[..dot] : name;
            if (!FolderFiles.Contains(bare))
            {
                return Readable(name);
            }
        }

        return null;
    }

    /// <summary><c>0001-use-postgres_and-git</c> is "Use postgres and git". Names that are written as people read them stay.</summary>
    private static string Readable(string name)
    {
        if (name.Contains(' ', StringComparison.Ordinal) || !name.Any(char.IsLetter))
        {
            return name;
        }

        var words = Number().Replace(name, "");
        words = Separators().Replace(words, " ").Trim();
        if (words.Length == 0 || !words.Contains(' ', StringComparison.Ordinal))
        {
            return words.Length == 0 || words == name ? name : words;
        }

        return Rune.GetRuneAt(words, 0) is var first && Rune.IsLower(first)
            ? string.Concat(Rune.ToUpperInvariant(first).ToString(), words.AsSpan(first.Utf16SequenceLength))
            : words;
    }

    private static string NameOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.LastIndexOf('.') is > 0 and var dot ? name[..dot] : name;
    }

    [GeneratedRegex(@"\A[\s\d.)(#:\p{So}\p{Cs}\uFE0F\u200D*_-]+|[\s:.!?\p{So}\p{Cs}\uFE0F\u200D*_-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Around();

    /// <summary>A number or a date that files are sorted by, with a word behind it.</summary>
    [GeneratedRegex(@"\A(?:\d{4}-\d{2}-\d{2}|\d+)[-_.](?=\d*\p{L})", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex("[-_]+", RegexOptions.CultureInvariant)]
    private static partial Regex Separators();
}
