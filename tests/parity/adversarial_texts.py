"""Lines of text that try a tokenizer: ordinary Japanese, and what breaks careless code. All of it from a seed.

Only characters of Unicode 3.2 and a few named newer ones are drawn at random, so that the versions of Unicode of
Python and of ICU do not matter.
"""

import os
import pathlib
import random
import tarfile
import unicodedata

SUBJECTS = "私 彼 彼女 先生 学生 友人 母 父 祖父 店員 記者 監督 選手 社長 隣の猫 白い犬 新しい店 町の人々 専門家 開発者".split()
PLACES = "東京 大阪 駅前 図書館 公園 学校 会社 海辺 山の上 喫茶店 空港 市場 病院 インターネット スタジアム".split()
TOPICS = ("映画 音楽 料理 経済 天気 歴史 言葉 データ 電話 スマートフォン パソコン ゲーム 野球 サッカー 小説 新聞 旅行 "
          "健康 機械学習 人工知能 外国語 祭り 桜 地震 電車").split()
ADJECTIVES = "新しい 古い 静かな 大きな 小さな 美しい すばらしい 難しい 便利な おいしい 珍しい 有名な 暖かい 寒い".split()
VERBS = "見た 聞いた 調べた 話した 楽しんだ 紹介した 作っていた 待っている 考えている 忘れられない 買いに行く 発売された".split()
ADVERBS = "とても 少し いつも たまに 急に ゆっくりと やっと もう ほとんど はっきり".split()
ENDS = "。 。 。 ！ ？ … 、と言った。 だろう。 のである。 そうだ。".split()

SPECIALS = ("[CLS] [SEP] [MASK] [UNK] [PAD] <s> </s> <mask> <pad> <unk> [mask] [Sep] [MASK [[MASK]] ［ＭＡＳＫ］ [M\u200bASK] "
            "[CL\u00adS] [S\u0000EP] <ｓ> <ent> <ent>s <ENT> [X1] [x1] [X12] 令和 ##い ##は ## ▁ ▁の __ [unused0] A.B a.b").split(" ")
CASES = ("İstanbul ISTANBUL ıİiI straße STRASSE ẞß ΟΔΟΣ ΣΊΣΥΦΟΣ Σ ΑΣΑ Σ\u0301 ǅ Ǆǆ ŉ ﬁﬂ ﬃ Å K Ω ϴ ᾈ ᾼ Ⅷ ⅷ Ⓐⓐ ＡＢＣａｂｃ ÀÉÎÕÜ "
         "Naïve café Ðđ Þþ ŁŁ Ø Ꭰꭰ Აა 𐐀𐐨 Ⴀⴀ И\u0306 Ё Ѐ Ǎ a\u0328\u0301 I\u0307").split()
COMPATIBLE = ("①⑳㈱㍿℃½⅓㌔㌍Ⅳⅸ²³™‼⁉…‥￥～－＂＇｀｛｜｝゛゜´¨￣¯・〜―−‐「」『』【】《》‘’“”㋿㍻ﷺ豈更﨑﨟㐂"
              "ゔヷヸゟヿ〇々ゝゞヽヾ〆〼〠☎♨✂❤★☆")
BLANKS = ["\t", "\r", "\r\n", "\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\xa0", "\u1680", "\u2003", "\u2028", "\u2029",
          "\u202f", "\u205f", "\u3000", "\u3000\u3000", "  ", "\u200b", "\ufeff", "\u2060", "\u00ad", "\ufffd", "\x00", "\x01", "\x7f",
          "\u200d", "\u200e", "\ue000", "\ufffe", "\ufdd0", "\U0010fffe", "\U000f0000", "\U000e0041", "\ufe0f", "\U000e0100"]
EMOJI = ["😀", "😂😂", "👨‍👩‍👧", "👩🏽‍💻", "🇯🇵", "🇯", "1️⃣", "❤️", "☺︎", "🏴\U000e0067\U000e0062\U000e007f", "👍🏿", "🤷‍♂️", "🈁", "🉐", "🧑‍🚀"]
RARE = ["𠮷", "𠮷野家", "𡈽", "𪚥", "\U00030000", "髙橋", "葛\U000e0100城", "﨑山", "㐂寿", "丽", "\U0002f800", "龘", "鿿"]
SCRIPTS = ["한국어", "\u1112\u1161\u11ab", "ไทยภาษา", "हिन्दी", "क\u093c", "العربية", "\u0627\u0653", "שָׁלוֹם", "ελληνικά", "русский", "ქართული", "አማርኛ", "𝔘𝔫𝔦",
           "𝟘𝟙", "ﭏ", "ᄀᄀ", "\u0f71\u0f72"]
QUOTES = ["``", "''", "```", "'''", "``引用''", "\"", "'", "a''b", "`` ''", "¥", "\\", "$100", "<b>太字</b>", "&amp;", "{}", "()", "(笑)", "m(_ _)m", "(^_^;)", "orz",
          "wwwww", "ｗｗｗ", "!?", "!!!", "。。。", "、、", "・・・", "ーーー", "〜〜", "!、（", ")。", "%"]
ADDRESSES = ["https://example.jp/a?b=c&d=1#e", "http://例え.jp/パス", "info@example.co.jp", "@user_1", "#タグ", "C++20", "v1.2.3-rc1", "3.14", "1e-5"]


def written_sentence(draw):
    """A sentence put together from the words above."""
    words = [draw.choice(SUBJECTS), draw.choice("はがもの"), draw.choice(["", draw.choice(PLACES) + draw.choice("でにへ")]),
             draw.choice(["", draw.choice(ADVERBS)]), draw.choice(ADJECTIVES), draw.choice(TOPICS), draw.choice("をにのと"),
             draw.choice(VERBS), draw.choice(ENDS)]
    if draw.random() < 0.3:
        words.insert(0, f"{draw.randint(1, 2030)}年{draw.randint(1, 12)}月、")
    return "".join(words)


def corpus_lines(folder):
    """The lines of the livedoor archive in a folder."""
    lines = []
    with tarfile.open(pathlib.Path(folder) / "ldcc-20140209.tar.gz") as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".txt") and "LICENSE" not in member.name:
                text = archive.extractfile(member).read().decode("utf-8")
                lines += [line for line in text.split("\n") if line.strip()]
    return lines


def old_character(draw, first, last):
    """A character that Unicode had in 2002."""
    while True:
        c = chr(draw.randint(first, last))
        if unicodedata.ucd_3_2_0.category(c) not in ("Cn", "Cs"):
            return c


def run_of(draw):
    """A long run of one kind, about the lengths where tokenizers change their mind."""
    letters = draw.choice(["ア", "アイウエオ", "ﾊﾟﾋﾟ", "あ", "漢字", "a", "xY", "0", "０１", "é", "😀", "！", "ー", "ｱﾞ"])
    length = draw.choice([24, 25, 26, 39, 40, 41, 63, 99, 100, 101, 102, 130])
    return (letters * length)[:length]


def marks(draw):
    base = draw.choice(["か", "は", "ハ", "う", "ｶ", "e", "A", "漢", "1", "゛", " ", ""])
    signs = ["\u3099", "\u309a", "ﾞ", "ﾟ", "\u0301", "\u0308", "\u0327", "\u20dd", "\u0338", "\u0345", "\u05bf", "\u0323"]
    return base + "".join(draw.choice(signs) for _ in range(draw.randint(1, 4)))


def number(draw):
    digits = draw.choice(["0123456789", "０１２３４５６７８９", "一二三四五六七八九〇", "٠١٢٣٤٥٦٧٨٩", "²³¹", "①②③"])
    text = draw.choice([",", "，", ".", "、", ""]).join(
        "".join(draw.choice(digits) for _ in range(draw.randint(1, 4))) for _ in range(draw.randint(1, 4)))
    return draw.choice(["", "¥", "第", "-"]) + text + draw.choice(["", ",", "円", "%", ", ", "年", "個"])


def letters(draw):
    first, last = draw.choice([(0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x52F), (0x3041, 0x30FF), (0xFF61, 0xFFDC), (0xFF01, 0xFF5E),
                               (0x4E00, 0x9FA5), (0x2000, 0x27BF), (0x3000, 0x33FF), (0xAC00, 0xD7A3), (0xF900, 0xFFEF), (0x1E00, 0x1FFF),
                               (0x20000, 0x2A6D6), (0x1D400, 0x1D7FF), (0x10300, 0x1044D), (0x0, 0xFFFD)])
    return "".join(old_character(draw, first, last) for _ in range(draw.randint(1, 8)))


def atom(draw, sentence):
    """A piece of a line."""
    kind = draw.randrange(16)
    if kind < 4:
        text = sentence(draw)
        begin = draw.randrange(len(text))
        return text[begin:begin + draw.randint(1, 12)]
    makers = [marks, number, letters, letters, run_of if draw.random() < 0.2 else number]
    if kind < 9:
        return makers[kind - 4](draw)
    choices = {9: SPECIALS, 10: CASES, 11: BLANKS, 12: EMOJI + RARE, 13: SCRIPTS + ADDRESSES, 14: QUOTES}
    if kind in choices:
        return draw.choice(choices[kind])
    return "".join(draw.choice(COMPATIBLE) for _ in range(draw.randint(1, 5)))


def adversarial_line(draw, sentence):
    joint = draw.choice(["", "", "", " ", "\u3000", "、"])
    return joint.join(atom(draw, sentence) for _ in range(draw.randint(1, 9)))


def make_lines(seed, count, folder=None):
    """`count` lines: half ordinary, half adversarial, mixed. Ordinary ones come from the livedoor archive in `folder`,
    without one from written_sentence()."""
    draw = random.Random(seed)
    corpus = corpus_lines(folder) if folder and os.path.isdir(folder) else None
    sentence = (lambda d: d.choice(corpus)) if corpus else written_sentence
    lines = ["", " ", "\u3000", "\x00", "\n", "[MASK]", "[SEP][CLS]"]
    while len(lines) < count:
        lines.append(adversarial_line(draw, sentence) if draw.random() < 0.5 else sentence(draw))
    lines = lines[:count]
    draw.shuffle(lines)
    return lines
