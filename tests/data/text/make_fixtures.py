"""Makes the model folders and huggingface_ids.json beside this file from sentences.txt (see README.md)."""

import collections
import json
import os
import pathlib
import unicodedata

import fugashi
import ipadic
import sentencepiece
from transformers import BertJapaneseTokenizer, BertTokenizer, XLMRobertaTokenizer

HERE = pathlib.Path(__file__).parent
LINES = HERE.joinpath("sentences.txt").read_text(encoding="utf-8").split("\n")[:-1]
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


def main():
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
