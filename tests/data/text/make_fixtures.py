"""Makes the fixtures beside this file (see README.md).

usage: make_fixtures.py [sentences] [adversarial]

sentences: the model folders and huggingface_ids.json, from sentences.txt
adversarial: adversarial.json and the folder adversarial, by tests/parity's way to draw lines and to configure tokenizers
"""

import collections
import json
import os
import pathlib
import shutil
import sys
import unicodedata

import fugashi
import ipadic
import sentencepiece
import unidic_lite
import xxhash
from transformers import BertJapaneseTokenizer, BertTokenizer, XLMRobertaTokenizer

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "parity"))
from adversarial_texts import make_lines  # noqa: E402
from tokenizer_folders import BERT, CONFIGURATIONS, JAPANESE, XLM, files_of, make_vocabularies, write_folder  # noqa: E402

LINES = HERE.joinpath("sentences.txt").read_text(encoding="utf-8").split("\n")[:-1]
DEBIAN = "/var/lib/mecab/dic/ipadic-utf8"
CLASSES = {JAPANESE: BertJapaneseTokenizer, BERT: BertTokenizer, XLM: XLMRobertaTokenizer}
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def write(folder, name, value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    HERE.joinpath(folder, name).write_text(text, encoding="utf-8")


def bert_folder(folder, tokens, settings):
    # The empty token in the middle is what real vocabularies have; a reader must not skip it.
    write(folder, "vocab.txt", "\n".join(SPECIALS + ["[unused0]", ""] + tokens) + "\n")
    write(folder, "tokenizer_config.json", settings | {"model_max_length": 64})
    write(folder, "config.json", {"model_type": "bert"})


def word_vocabulary():
    tagger = fugashi.GenericTagger(f'-d "{ipadic.DICDIR}" -r "{ipadic.DICDIR}/mecabrc"')
    normal = [unicodedata.normalize("NFKC", line) for line in LINES]
    words = collections.Counter(word.surface for line in normal for word in tagger(line))
    # A few letters stay out, so that some words are unknown.
    letters = sorted({c for line in normal for c in line if not c.isspace()} - set("図豆狭𠮷"))
    frequent = sorted(w for w, n in words.items() if n > 1 and len(w) > 1)
    return letters + frequent + ["##" + c for c in letters], letters


def sentencepiece_model():
    sentencepiece.SentencePieceTrainer.train(
        input="sentences.txt", model_prefix="xlm_roberta/sentencepiece.bpe", vocab_size=440,
        model_type="unigram", normalization_rule_name="nmt_nfkc", character_coverage=0.985, num_threads=1)
    HERE.joinpath("xlm_roberta/sentencepiece.bpe.vocab").unlink()
    write("xlm_roberta", "tokenizer_config.json", {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 64})
    write("xlm_roberta", "config.json", {"model_type": "xlm-roberta"})


def dictionary_digest(folder):
    """As MeCabDictionary::digest() in mecab.hpp: XXH3 of the names and the digests of the files, each framed by its length."""
    digest = xxhash.xxh3_128()

    def add(text):
        digest.update(b"s" + len(text).to_bytes(8, "little") + text.encode())

    for name in ("sys.dic", "unk.dic", "matrix.bin", "char.bin", "dicrc"):
        path = pathlib.Path(folder, name)
        add(name)
        add(xxhash.xxh3_128(path.read_bytes()).hexdigest() if path.exists() else "")
    return digest.hexdigest()


def adversarial():
    """Ids of drawn lines in every configuration, with the dictionaries that the tests have: Debian's ipadic, pip's unidic-lite."""
    folder, work = HERE / "adversarial", pathlib.Path("/tmp/mtl-make-fixtures")
    shutil.rmtree(work, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    tagger = fugashi.GenericTagger(f"-d {DEBIAN} -r /dev/null")
    training = make_lines(seed=11, count=3000)
    shutil.copyfile(HERE / "xlm_roberta/sentencepiece.bpe.model", folder / "xlm.model")
    vocabularies = make_vocabularies(folder, training, lambda line: [word.surface for word in tagger(line)], words=600, pieces=2600,
                                     rule="identity")
    folder.joinpath("xlm.model").unlink()
    vocabularies["xlm"] = {"sentencepiece.bpe.model": HERE / "xlm_roberta/sentencepiece.bpe.model"}
    lines = make_lines(seed=12, count=240)
    configurations = {}
    for name, (kind, settings, vocabulary, _) in CONFIGURATIONS.items():
        write_folder(work / name, name, vocabularies, longest=40)
        dictionary = settings.get("mecab_kwargs", {}).get("mecab_dic")
        options = {"mecab_kwargs": settings.get("mecab_kwargs", {}) | {"mecab_dic": None, "mecab_option": f"-d {DEBIAN} -r /dev/null"}}
        tokenizer = CLASSES[kind].from_pretrained(work / name, **options if dictionary == "ipadic" else {})
        configurations[name] = {
            "dictionary": dictionary, "files": files_of(name, 40),
            "copies": {file: os.path.relpath(path, HERE) for file, path in vocabularies[vocabulary].items()},
            "ids": [tokenizer(line, truncation=True)["input_ids"] for line in lines]}
    shutil.rmtree(work)
    digests = {"ipadic": dictionary_digest(DEBIAN), "unidic_lite": dictionary_digest(unidic_lite.DICDIR)}
    write_adversarial(lines, digests, configurations)


def write_adversarial(lines, digests, configurations):
    """One line of the file for a line of text, and for what one configuration makes of all of them."""
    def listed(values):
        return "[\n  " + ",\n  ".join(json.dumps(value, separators=(",", ":")) for value in values) + "]"

    text = f'{{"dictionaries": {json.dumps(digests)},\n "lines": {listed(lines)},\n "configurations": {{\n'
    text += ",\n".join(f' {json.dumps(name)}: {json.dumps(made, ensure_ascii=False, separators=(",", ":"))}'
                       for name, made in configurations.items())
    HERE.joinpath("adversarial.json").write_text(text + "}}\n", encoding="utf-8")


def main():
    for name in sys.argv[1:] or ["sentences", "adversarial"]:
        {"sentences": sentences, "adversarial": adversarial}[name]()


def sentences():
    os.chdir(HERE)  # the model records the paths it was made from: keep them relative
    tokens, letters = word_vocabulary()
    japanese = {"tokenizer_class": "BertJapaneseTokenizer"}
    mecab = japanese | {"word_tokenizer_type": "mecab", "mecab_kwargs": {"mecab_dic": "ipadic"}}
    bert_folder("wordpiece", tokens, mecab | {"subword_tokenizer_type": "wordpiece"})
    bert_folder("character", letters, mecab | {"subword_tokenizer_type": "character", "do_lower_case": True})
    bert_folder("basic", tokens, japanese | {"word_tokenizer_type": "basic"})
    bert_folder("original", tokens, {"tokenizer_class": "BertTokenizer"})
    sentencepiece_model()

    classes = {"wordpiece": BertJapaneseTokenizer, "character": BertJapaneseTokenizer,
               "basic": BertJapaneseTokenizer, "original": BertTokenizer, "xlm_roberta": XLMRobertaTokenizer}
    ids = {}
    for folder, tokenizer_class in classes.items():
        tokenizer = tokenizer_class.from_pretrained(str(HERE / folder))
        ids[folder] = [tokenizer(line, truncation=True)["input_ids"] for line in LINES]
    rows = ",\n".join(f' "{name}": [\n' + ",\n".join(f"  {row}" for row in rows) + "]" for name, rows in ids.items())
    HERE.joinpath("huggingface_ids.json").write_text("{\n" + rows + "}\n")


if __name__ == "__main__":
    main()
