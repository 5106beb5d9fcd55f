"""The other side of the benchmark of text: fugashi and BertJapaneseTokenizer, driven as bench_text is.

usage: text_peer.py vocabulary TEXTS FOLDER   makes a model folder with a vocabulary of the texts' own words
       text_peer.py TEXTS FOLDER              answers the words "tokenise" and "ids FILE", each with a line of JSON
"""

import collections
import json
import os
import sys
import time
import unicodedata
from array import array
from pathlib import Path

os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import fugashi  # noqa: E402

# Both sides read the same files: the pip package ipadic has a word less than Debian's.
DICTIONARY = "-d /var/lib/mecab/dic/ipadic-utf8 -r /dev/null"
WORDS, TAILS = 12000, 4000


def read(texts):
    return [json.loads(line) for line in Path(texts).read_text(encoding="utf-8").split("\n")[:-1]]


def most_frequent(counts, count):
    return [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:count]]


def make_vocabulary(texts, folder):
    """Special tokens, every character, the commonest words and ends of words: some 20,000 pieces, as a Japanese BERT has."""
    tagger = fugashi.GenericTagger(DICTIONARY)
    words = collections.Counter()
    for text in read(texts):
        words.update(node.surface for node in tagger(unicodedata.normalize("NFKC", text)))
    characters = sorted({character for word in words for character in word if not character.isspace()})
    tails = collections.Counter()
    for word, count in words.items():
        for begin in range(1, len(word) - 1):
            tails["##" + word[begin:]] += count
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *("##" + character for character in characters),
              *most_frequent(words, WORDS), *most_frequent(tails, TAILS)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("".join(piece + "\n" for piece in dict.fromkeys(pieces)), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "BertJapaneseTokenizer", "do_lower_case": False, "word_tokenizer_type": "mecab",
         "subword_tokenizer_type": "wordpiece", "mecab_kwargs": {"mecab_dic": None, "mecab_option": DICTIONARY},
         "model_max_length": 512}))
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))


def main():
    if sys.argv[1] == "vocabulary":
        make_vocabulary(sys.argv[2], Path(sys.argv[3]))
        return
    import transformers

    texts = read(sys.argv[1])
    tokenizer = transformers.BertJapaneseTokenizer.from_pretrained(sys.argv[2])
    print(json.dumps({"bytes": sum(len(text.encode()) for text in texts), "transformers": transformers.__version__,
                      "fugashi": fugashi.__version__ if hasattr(fugashi, "__version__") else ""}), flush=True)
    for line in sys.stdin:
        word, _, file = line.strip().partition(" ")
        begin, worked = time.perf_counter(), time.process_time()
        ids = [tokenizer(text, truncation=True)["input_ids"] for text in texts]
        reply = {"seconds": time.perf_counter() - begin, "processor": time.process_time() - worked}
        if word == "ids":
            numbers = array("i")
            for one in ids:
                numbers.extend([len(one), *one])
            Path(file).write_bytes(numbers.tobytes())
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
