"""The rows of text: the tokenizer beside fugashi's, on two threads beside one, beside MeCab alone, and `mtl prepare` whole.

Texts are the bodies of the livedoor corpus where its archive is at hand, else Japanese manuals. All numbers are megabytes of raw
text a second. The sides work in turns.
"""

import json
import re
import statistics
import subprocess
import tarfile
import time
from pathlib import Path

from workers import Worker

HERE = Path(__file__).parent
TURNS = {"quick": 3, "full": 7}
SAMPLE = {"quick": 2_500_000, "full": 6_000_000}  # bytes of text that the slow side reads in one turn
HEAD = """| text | ours, MB/s | beside it, MB/s | ratio | least to greatest | target |
|---|---:|---:|---:|---|---:|"""
RAW = ["--digits", "keep", "--width", "keep", "--keep-urls", "--keep-symbols", "--keep-newlines", "--keep-spaces"]


def livedoor_bodies(archive):
    bodies = []
    with tarfile.open(archive) as files:
        for member in sorted(files.getmembers(), key=lambda one: one.name):
            if re.search(r"/([^/]+)/\1-[0-9]+\.txt$", member.name):
                lines = files.extractfile(member).read().decode().split("\n")
                bodies.append("\n".join(lines[3:]))
    return bodies


def write_texts(path, texts):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(text, ensure_ascii=False) + "\n" for text in texts), encoding="utf-8")


class Texts:
    def __init__(self, programs, workplace, corpus, python, mode):
        """`programs` has bench_text and bench_prepare; `corpus` is (name, path); `python` has fugashi and transformers."""
        self.programs, self.folder, self.python, self.mode = programs, workplace / "text", python, mode
        self.corpus, self.model, self.results = corpus, workplace / "text/model", []

    def prepare(self, model, out, *flags):
        name, path = self.corpus
        command = [self.programs / "bench_prepare", "prepare", "--dataset", name, "--input", path, "--model", model, "--out", out, *flags]
        begin = time.perf_counter()
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return time.perf_counter() - begin

    def bodies(self):
        if self.corpus[0] == "livedoor":
            return livedoor_bodies(self.corpus[1])
        out = self.folder / "raw"
        self.prepare(HERE.parent / "data/corpora/tiny-bert", out, "--no-balance", "--max-words", 0, *RAW)
        lines = (out / "examples.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
        return [json.loads(line)["text"] for line in lines]

    def write(self):
        """All texts, some of them for the slow side, and the vocabulary."""
        bodies = self.bodies()
        self.all, self.some = self.folder / "all.jsonl", self.folder / "some.jsonl"
        write_texts(self.all, bodies)
        self.size = sum(len(body.encode()) for body in bodies)
        write_texts(self.some, bodies[::max(1, self.size // SAMPLE[self.mode])])
        subprocess.run([self.python, HERE / "text_peer.py", "vocabulary", self.some, self.model], check=True)

    def ours(self, texts, threads):
        return Worker([self.programs / "bench_text", texts, self.model, threads])

    def row(self, name, target, mine, theirs, agrees=True):
        """`mine` and `theirs` are speeds by turn."""
        turns = [a / b for a, b in zip(mine, theirs)]
        ratio = statistics.median(turns)
        result = {"name": name, "ours": statistics.median(mine), "peer": statistics.median(theirs), "ratio": ratio if agrees else None,
                  "target": target, "low": min(turns), "high": max(turns), "gate": target is not None}
        print(line(result), flush=True)
        self.results.append(result)

    def turns(self, a, b, word_a="tokenise", word_b="tokenise"):
        """Speeds of two workers in turns, after one turn that does not count."""
        speeds = []
        for _ in range(TURNS[self.mode] + 1):
            replies = []
            for worker, word in ((a, word_a), (b, word_b)):
                worker.send(word)
                replies.append(worker.receive()["seconds"])
            speeds.append([worker.greeting["bytes"] / 1e6 / seconds for worker, seconds in zip((a, b), replies)])
        return list(zip(*speeds[1:]))

    def same_ids(self, *workers):
        written = []
        for number, worker in enumerate(workers):
            path = self.folder / f"ids-{number}"
            worker.send(f"ids {path}")
            worker.receive()
            written.append(path.read_bytes())
        return len(set(written)) == 1 and len(written[0]) > 0

    def run(self):
        self.write()
        name = self.corpus[0]
        ours, peer = self.ours(self.some, 1), Worker([self.python, HERE / "text_peer.py", self.some, self.model])
        self.versions = peer.greeting
        agrees = self.same_ids(ours, peer)
        self.row(f"{name}, MeCab + WordPiece, one thread, beside fugashi + BertJapaneseTokenizer", 5, *self.turns(ours, peer), agrees)
        ours.close()
        peer.close()
        one, two = self.ours(self.all, 1), self.ours(self.all, 2)
        self.row(f"{name}, MeCab + WordPiece, two threads, beside one", 1.7, *self.turns(two, one), self.same_ids(two, one))
        self.row(f"{name}, MeCab + WordPiece, one thread, beside MeCab alone", None, *self.turns(one, one, word_b="parse"))
        self.whole(two)
        one.close()
        two.close()
        return self.results

    def whole(self, two):
        """The raw archive to the data set on two threads, beside MeCab alone on the same texts, of which it reads all at once."""
        mine, theirs = [], []
        for _ in range(TURNS[self.mode]):
            mine.append(self.size / 1e6 / self.prepare(self.model, self.folder / "set", "--threads", 2, "--per-class", 0))
            two.send("parse")
            theirs.append(self.size / 1e6 / two.receive()["seconds"])
        seconds = self.size / 1e6 / statistics.median(mine)
        self.row(f"{self.corpus[0]}, raw archive to data set in {seconds:.1f} s, two threads, beside MeCab alone", None, mine, theirs)


def line(result):
    ratio = f"**{result['ratio']:.2f}**" if result["ratio"] else "other ids"
    target = f"≥ {result['target']:g}" if result["target"] else ""
    return (f"| {result['name']} | {result['ours']:.2f} | {result['peer']:.2f} | {ratio} | {result['low']:.2f} to {result['high']:.2f} "
            f"| {target} |")
