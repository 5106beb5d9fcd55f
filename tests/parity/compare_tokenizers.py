"""Tokenises the same lines with transformers and with `mtl tokenize`, and demands the same ids for every configuration.

usage: compare_tokenizers.py --program MTL --work FOLDER --result FILE.json [--model FOLDER] [--lines N] [--seed S] [--only NAME]

Into the work folder go the model folders. The result is a list of rows with the fields variant, measure, tolerance, measured, lines,
differences. --model is an XLM-RoBERTa to try besides. Exit status 1 where any id differs.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

import fugashi
import ipadic
import transformers
import unidic_lite

from adversarial_texts import make_lines
from tokenizer_folders import BERT, CONFIGURATIONS, JAPANESE, XLM, make_vocabularies, write_folder

CLASSES = {JAPANESE: transformers.BertJapaneseTokenizer, BERT: transformers.BertTokenizer, XLM: transformers.XLMRobertaTokenizer}
DEBIAN = "/var/lib/mecab/dic/ipadic-utf8"
TRUNCATIONS = ["longest_first", "only_first", "only_second", "do_not_truncate"]


def dictionary_of(settings):
    """The flags that give `mtl` the dictionary that Python takes from a pip package."""
    name = settings.get("mecab_kwargs", {}).get("mecab_dic")
    return {"ipadic": ["--dictionary", ipadic.DICDIR], "unidic_lite": ["--dictionary", unidic_lite.DICDIR]}.get(name, [])


class Program:
    """`mtl tokenize --json`, which runs beside Python."""

    def __init__(self, program, folder, flags, inputs):
        self.inputs = "".join(json.dumps(text) + "\n" for text in inputs).encode()
        self.command = [program, "tokenize", "--model", str(folder), "--json", *flags]

    def answers(self):
        done = subprocess.run(self.command, input=self.inputs, capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(self.command)}: {done.stderr.decode()}")
        return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]


def report(name, measure, inputs, ours, theirs):
    """Compares; the row of the result."""
    if len(ours) != len(theirs):
        sys.exit(f"{name}: {len(theirs)} lines went in, {len(ours)} came out")
    wrong = [i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b]
    print(f"{name}: {len(inputs)} lines, {len(wrong)} differences", flush=True)
    if wrong:
        first = wrong[0]
        print(f"  first: {inputs[first]!r}\n  transformers {theirs[first]}\n  mtl          {ours[first]}", flush=True)
    return {"variant": name, "measure": measure, "tolerance": 0, "measured": len(wrong), "lines": len(inputs), "differences": len(wrong)}


def compare_ids(name, tokenizer, folder, flags, lines, program):
    theirs = [tokenizer(line, truncation=True)["input_ids"] for line in lines]
    ours = [answer["ids"] for answer in Program(program, folder, flags, lines).answers()]
    return report(name, f"lines of {len(lines)} whose ids differ", lines, ours, theirs)


def compare_pairs(name, tokenizer, folder, flags, lines, program, seed):
    """Pairs and single texts under every truncation, with strides, from both sides: ids, token types, and what overflows."""
    draw = random.Random(seed)
    pairs = [[draw.choice(lines), draw.choice(lines)] for _ in range(min(500, len(lines) // 8))]
    inputs, ours, theirs = [], [], []
    for truncation in TRUNCATIONS:
        for length, stride in ((5, 0), (16, 3), (33, 40)):
            for pair in (True, False):
                overflow = not (pair and truncation == "longest_first")
                options = {"truncation": truncation, "max_length": length, "stride": stride, "return_overflowing_tokens": overflow,
                           "return_token_type_ids": True}
                texts = pairs if pair else [first for first, _ in pairs]
                for text in texts:
                    made = tokenizer(*text, **options) if pair else tokenizer(text, **options)
                    theirs.append([made["input_ids"], made["token_type_ids"], made["overflowing_tokens"] if overflow else []])
                words = ["--truncation", truncation, "--max-length", str(length), "--stride", str(stride), "--overflow", "--types"]
                answers = Program(program, folder, flags + words + ["--pair"] * pair, texts).answers()
                ours += [[a["ids"], a["types"], a["overflow"]] for a in answers]
                inputs += [(options, text) for text in texts]
    return report(name, f"inputs of {len(inputs)} whose ids, token types or overflow differ", inputs, ours, theirs)


def rows_of(arguments, lines, work):
    """The rows of all configurations, one after another."""
    tagger = fugashi.GenericTagger(f'-d "{ipadic.DICDIR}" -r /dev/null')
    vocabularies = make_vocabularies(work / "vocabularies", lines[:6000], lambda line: [word.surface for word in tagger(line)])
    chosen = [name for name in CONFIGURATIONS if arguments.only in (None, name)]
    for name in chosen:
        kind, settings, _, _ = CONFIGURATIONS[name]
        write_folder(work / name, name, vocabularies)
        tokenizer = CLASSES[kind].from_pretrained(work / name)
        flags = dictionary_of(settings)
        yield compare_ids(name, tokenizer, work / name, flags, lines, arguments.program)
        if name in ("mecab-wordpiece", "bert", "xlm_roberta", "mecab-sentencepiece"):
            yield compare_pairs(f"{name}, pairs and truncation", tokenizer, work / name, flags, lines, arguments.program, arguments.seed)
            left = json.loads(work.joinpath(name, "tokenizer_config.json").read_text()) | {"truncation_side": "left"}
            write_folder(work / f"{name}-left", name, vocabularies)
            work.joinpath(f"{name}-left", "tokenizer_config.json").write_text(json.dumps(left))
            tokenizer = CLASSES[kind].from_pretrained(work / f"{name}-left")
            yield compare_pairs(f"{name}, truncation from the left", tokenizer, work / f"{name}-left", flags, lines[: len(lines) // 4],
                                arguments.program, arguments.seed)
    if arguments.model and arguments.only in (None, arguments.model.name):
        tokenizer = CLASSES[XLM].from_pretrained(arguments.model)
        yield compare_ids(arguments.model.name, tokenizer, arguments.model, [], lines, arguments.program)
    if os.path.isdir(DEBIAN) and arguments.only in (None, "debian"):
        write_folder(work / "debian", "mecab-wordpiece", vocabularies)
        tokenizer = CLASSES[JAPANESE].from_pretrained(work / "debian", mecab_kwargs={"mecab_dic": None, "mecab_option": f"-d {DEBIAN} -r /dev/null"})
        yield compare_ids("mecab-wordpiece, Debian's ipadic", tokenizer, work / "debian", [], lines, arguments.program)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.strip().split("\n\n")[1].removeprefix("usage: "))
    parser.add_argument("--program", required=True)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--result", required=True, type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--lines", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=20240607)
    parser.add_argument("--only")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity(transformers.logging.CRITICAL)
    shutil.rmtree(arguments.work, ignore_errors=True)
    lines = make_lines(arguments.seed, arguments.lines, os.environ.get("MTL_DATA_DIR") or None)
    started = time.monotonic()
    rows = list(rows_of(arguments, lines, arguments.work))
    arguments.result.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    wrong = sum(row["differences"] for row in rows)
    print(f"{len(rows)} comparisons, {wrong} differences, {time.monotonic() - started:.0f} s: {arguments.result}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
