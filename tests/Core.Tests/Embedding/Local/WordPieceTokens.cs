using EmbSync.Core.Model;
using EmbSync.Core.Providers.Local;

namespace EmbSync.Core.Tests.Embedding.Local;

/// <summary>How a text becomes pieces. What stands here is what Hugging Face's tokenizer answers for bert-base-uncased.</summary>
public class WordPieceTokens
{
    private static readonly string[] Pieces = File.ReadAllLines(BundledModel.Model.VocabularyFile);
    private static readonly WordPieceTokenizer Uncased = new(WordPieceVocabulary.Load(BundledModel.Model.VocabularyFile), uncased: true);

    [Fact]
    public void Have_the_ids_of_the_vocabulary()
    {
        IdsOf("Lorem ipsum dolor sit amet.").ShouldBe([19544, 2213, 12997, 17421, 2079, 10626, 4133, 2572, 3388, 1012]);
        (Uncased.Vocabulary.Start, Uncased.Vocabulary.End, Uncased.Vocabulary.Unknown).ShouldBe((101, 102, 100));
    }

    [Theory]
    [InlineData("Café NAÏVE Ångström", "cafe naive ang ##strom")]
    [InlineData("Cafe\u0301 ﬁn", "cafe ﬁ ##n")]
    [InlineData("snake_case getUserName() x<y|z>=1", "snake _ case get ##user ##name ( ) x < y | z > = 1")]
    [InlineData("don't e-mail a.b", "don ' t e - mail a . b")]
    [InlineData("日本語text", "日 本 語 text")]
    [InlineData("Привет Ёлка", "п ##р ##и ##в ##е ##т е ##л ##ка")]
    [InlineData("한국어", "ᄒ ##ᅡ ##ᆫ ##ᄀ ##ᅮ ##ᆨ ##ᄋ ##ᅥ")]
    [InlineData("ok 😀 ok", "ok [UNK] ok")]
    [InlineData("[CLS] [SEP]", "[ cl ##s ] [ sep ]")]
    [InlineData("İstanbul K", "istanbul k")]
    [InlineData("one\u00a0two\u2028three\r\nfour\tfive", "one two three four five")]
    [InlineData("“quoted” – dash…", "“ quoted ” – dash …")]
    [InlineData("5€ 3×4", "5 ##€ 3 ##× ##4")]
    public void Are_cut_from(string text, string pieces) => PiecesOf(text).ShouldBe(pieces);

    [Theory]
    [InlineData("zero\u200bwidth", "zero ##wi ##dt ##h")]
    [InlineData("in\u0000side", "inside")]
    [InlineData("in\u000bside", "inside")]
    [InlineData("in\ufffdside", "inside")]
    [InlineData("in\ud800side", "inside")]
    [InlineData("soft\u00adhyphen", "soft ##hy ##ph ##en")]
    [InlineData("\u200b", "")]
    [InlineData(" \n\t", "")]
    public void Have_nothing_of_what_is_not_seen(string text, string pieces) => PiecesOf(text).ShouldBe(pieces);

    [Fact]
    public void Of_a_word_of_more_than_a_hundred_characters_are_unknown()
    {
        PiecesOf(new string('a', 100)).ShouldNotContain("[UNK]");
        PiecesOf($"before {new string('a', 101)} after").ShouldBe("before [UNK] after");
        PiecesOf(string.Concat(Enumerable.Repeat("𝒳", 100)) + " b").ShouldBe("[UNK] b");
        PiecesOf(string.Concat(Enumerable.Repeat("𝒳", 5000)) + " b").ShouldBe("[UNK] b");
    }

    [Fact]
    public void Of_a_cased_vocabulary_keep_capitals_and_accents()
    {
        var cased = new WordPieceTokenizer(new(new StringReader("[UNK]\n[CLS]\n[SEP]\nCafé\ncafe\nÀ\n!\n"), "vocab.txt"), uncased: false);
        var ids = new List<int>();
        cased.Append("Café cafe À Cafe!", ids);
        ids.ShouldBe([3, 4, 5, 0, 6]);
    }

    [Fact]
    public void Of_a_vocabulary_that_is_none_are_refused() =>
        Should.Throw<UsageException>(() => new WordPieceVocabulary(new StringReader("<s>\n<pad>\n</s>\n"), "models/x/vocab.txt"))
            .Message.ShouldStartWith("models/x/vocab.txt has no line [CLS]: expected the vocabulary of a BERT model");

    private static List<int> IdsOf(string text)
    {
        var ids = new List<int>();
        Uncased.Append(text, ids);
        return ids;
    }

    private static string PiecesOf(string text) => string.Join(' ', IdsOf(text).Select(id => Pieces[id]));
}
