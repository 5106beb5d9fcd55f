"""Model folders in Hugging Face layout, one for each way to configure a tokenizer, with vocabularies made from given lines.

CONFIGURATIONS says what is in each: the class, the fields of tokenizer_config.json, which vocabulary, and what other files.
"""

import collections
import json
import pathlib
import unicodedata

import sentencepiece

JAPANESE, BERT, XLM = "BertJapaneseTokenizer", "BertTokenizer", "XLMRobertaTokenizer"
ROLES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def mecab(dictionary="ipadic", **more):
    return {"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_dic": dictionary} | more}


def added(content, special=False, **more):
    return {"content": content, "lstrip": False, "normalized": not special, "rstrip": False, "single_word": False, "special": special} | more


# Names in the manner of word-subword. "vocabulary" is a key of make_vocabularies(); "files" are further files.
MANY_TOKENS = {"900": added("[X1]", special=True), "901": added("[X12]"), "902": added("<ent>", lstrip=True, rstrip=True),
               "903": added("令和", normalized=False), "904": added("A.B", single_word=True)}
SINGLE_WORDS = {"900": added("、", single_word=True, rstrip=True), "901": added("の", single_word=True, lstrip=True),
                "902": added("\u3000", single_word=True, rstrip=True), "903": added("a", single_word=True, lstrip=True, rstrip=True),
                "904": added("\n", rstrip=True), "905": added(" [X1]", special=True)}
CONFIGURATIONS = {
    "mecab-wordpiece": (JAPANESE, mecab(), "words", {}),
    "mecab-character": (JAPANESE, mecab() | {"subword_tokenizer_type": "character"}, "characters", {}),
    "mecab-sentencepiece": (JAPANESE, mecab() | {"subword_tokenizer_type": "sentencepiece"}, "pieces", {}),
    "basic-wordpiece": (JAPANESE, {"word_tokenizer_type": "basic"}, "words", {}),
    "basic-character": (JAPANESE, {"word_tokenizer_type": "basic", "subword_tokenizer_type": "character"}, "characters", {}),
    "basic-sentencepiece": (JAPANESE, {"subword_tokenizer_type": "sentencepiece"}, "identity_pieces", {}),
    "mecab-wordpiece-lower": (JAPANESE, mecab() | {"do_lower_case": True, "never_split": ["ABC", "C", "[X1]"],
                                                   "additional_special_tokens": ["[X12]", "[x1]"]}, "words", {}),
    "mecab-character-lower": (JAPANESE, mecab() | {"do_lower_case": True, "subword_tokenizer_type": "character",
                                                   "added_tokens_decoder": MANY_TOKENS}, "characters", {}),
    "mecab-wordpiece-raw": (JAPANESE, mecab(normalize_text=False), "words", {}),
    "mecab-sentencepiece-lower": (JAPANESE, mecab() | {"do_lower_case": True, "subword_tokenizer_type": "sentencepiece"},
                                  "identity_pieces", {}),
    "mecab-words": (JAPANESE, mecab() | {"do_subword_tokenize": False}, "words", {}),
    "basic-wordpiece-lower": (JAPANESE, {"do_lower_case": True, "never_split": ["a.b", "A.B", "[m"]}, "words", {}),
    "text-wordpiece": (JAPANESE, {"do_word_tokenize": False}, "words", {}),
    "text-sentencepiece": (JAPANESE, {"do_word_tokenize": False, "subword_tokenizer_type": "sentencepiece"}, "pieces", {}),
    "text-character-lower": (JAPANESE, {"do_word_tokenize": False, "do_lower_case": True, "subword_tokenizer_type": "character"},
                             "characters", {}),
    "bert": (BERT, {}, "words", {}),
    "bert-cased": (BERT, {"do_lower_case": False}, "words", {}),
    "bert-without-chinese": (BERT, {"do_lower_case": False, "tokenize_chinese_chars": False, "strip_accents": True,
                                    "never_split": ["a.b", "は", "C++20"]}, "words", {}),
    "bert-lower-with-accents": (BERT, {"strip_accents": False, "split_special_tokens": True}, "words", {}),
    "bert-without-basic": (BERT, {"do_basic_tokenize": False}, "words", {}),
    "bert-odd-vocabulary": (BERT, {"added_tokens_decoder": MANY_TOKENS}, "odd", {}),
    "bert-legacy": (BERT, {}, "words", {
        "added_tokens.json": {"<ent>": 900, "[X1]": 901},
        "special_tokens_map.json": {"additional_special_tokens": ["[X1]", "[X12]"],
                                    "mask_token": {"content": "[MASK]", "lstrip": True, "rstrip": True, "single_word": False,
                                                   "normalized": False}}}),
    "bert-single-words": (BERT, {"added_tokens_decoder": SINGLE_WORDS}, "words", {}),
    "xlm_roberta": (XLM, {}, "xlm", {}),
    "xlm_roberta-added": (XLM, {"added_tokens_decoder": MANY_TOKENS, "additional_special_tokens": ["[X12]", "[CLS]"]}, "xlm", {}),
    "xlm_roberta-without-specials": (XLM, {"split_special_tokens": True}, "xlm", {}),
    "xlm_roberta-single-words": (XLM, {"added_tokens_decoder": SINGLE_WORDS}, "xlm", {}),
    "unidic_lite-wordpiece": (JAPANESE, mecab("unidic_lite"), "words", {}),
    "unidic_lite-character": (JAPANESE, mecab("unidic_lite") | {"subword_tokenizer_type": "character"}, "characters", {}),
}


def frequent_words(lines, cut, most):
    """Words, their beginnings and their ends with ##, and all common characters both ways."""
    words, letters = collections.Counter(), collections.Counter()
    for line in lines:
        for form in (line, unicodedata.normalize("NFKC", line), line.lower()):
            letters.update(c for c in form if not c.isspace())
            words.update(word for word in cut(form) if 1 < len(word) < 20 and not any(c.isspace() for c in word))
    # A few letters stay out, so that some words are unknown.
    characters = sorted(c for c, n in letters.items() if n > 1 and ord(c) % 13 and c.isprintable())
    common = [word for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0]))[:most]]
    ends = [f"##{word[1:]}" for word in common[: most // 2] if len(word) > 2]
    return characters, list(dict.fromkeys(common + ends + [f"##{c}" for c in characters]))


def train_sentencepiece(lines, path, **settings):
    trainer = sentencepiece.SentencePieceTrainer
    trainer.train(sentence_iterator=iter([line for line in lines if line.strip() and "\0" not in line]), model_prefix=str(path.with_suffix("")),
                  character_coverage=0.985, num_threads=1, minloglevel=2, hard_vocab_limit=False, **settings)
    path.with_suffix(".vocab").unlink()


def make_vocabularies(folder, lines, cut, words=6000, pieces=6000, rule="nmt_nfkc"):
    """Writes the vocabularies of CONFIGURATIONS into a folder; their files by name. `cut` splits a line into words, `rule` is how
    the SentencePiece model "pieces" normalises."""
    folder.mkdir(parents=True, exist_ok=True)
    characters, spelled = frequent_words(lines, cut, words)
    # The empty token in the middle is what real vocabularies have; a reader must not skip it.
    head = ROLES + ["[unused0]", ""]

    def write(name, tokens, end="\n"):
        folder.joinpath(name).write_bytes("".join(token + end for token in tokens).encode())
        return {"vocab.txt": folder / name}

    odd = ["[UNK]", "[CLS]", "[SEP]", "は"] + characters[: len(characters) // 2] + ["は", "[CLS]", "##い", "##い", " ", "の "]
    found = {"words": write("words.txt", head + characters + spelled), "characters": write("characters.txt", head + characters),
             "odd": write("odd.txt", odd, "\r\n")}
    folder.joinpath("odd.txt").write_bytes(folder.joinpath("odd.txt").read_bytes().replace(b"\r\n", b"\r", 40) + b"\nlast")
    for name, settings in {
            "pieces": {"normalization_rule_name": rule, "control_symbols": "[CLS],[SEP],[MASK]", "split_by_unicode_script": False, "split_by_number": False},
            "identity_pieces": {"normalization_rule_name": "identity", "split_by_unicode_script": False, "split_by_number": False,
                                "user_defined_symbols": ["1,", "９,", "²,", "9,", "0,", "12,"]}, "xlm": {}}.items():
        path = folder / f"{name}.model"
        if not path.exists():  # the fixtures have one of their own
            train_sentencepiece(lines, path, vocab_size=pieces, **settings)
        found[name] = {"sentencepiece.bpe.model" if name == "xlm" else "spiece.model": path}
    return found


def files_of(name, longest):
    """The JSON files of one configuration's model folder, by name."""
    kind, settings, _, files = CONFIGURATIONS[name]
    config = {"model_type": "xlm-roberta" if kind == XLM else "bert"}
    return {"config.json": config, "tokenizer_config.json": {"tokenizer_class": kind} | settings | {"model_max_length": longest}} | files


def write_folder(folder, name, vocabularies, longest=64):
    """Writes the model folder of one configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, source in vocabularies[CONFIGURATIONS[name][2]].items():
        folder.joinpath(file).write_bytes(pathlib.Path(source).read_bytes())
    for file, value in files_of(name, longest).items():
        folder.joinpath(file).write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
