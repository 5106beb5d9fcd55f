"""The rows of text: the tokenizer beside fugashi's, on two threads beside one, beside MeCab alone, and `mtl prepare` whole.

Texts are the bodies of the livedoor corpus where its archive is at hand, else Japanese manuals. All numbers are megabytes of raw
text a second: of processor time where both sides have one thread, else of wall clock. The sides work in turns.
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
# Bytes of text of one turn: beside fugashi, which is slow, and of ours alone.
SLOW = {"quick": 2_000_000, "full": 6_000_000}
FAST = {"quick": 6_000_000, "full": 24_000_000}
STARVED, TRIES = 0.10, 4
WHOLE = {"quick": 2, "full": 5}  # how often the corpus is prepared
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
        self.programs, self.folder, self.python = programs, workplace / "text", python
        self.mode = "quick" if mode == "quick" else "full"
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

    def sample(self, bodies, name, size):
        path = self.folder / f"{name}.jsonl"
        write_texts(path, bodies[::max(1, round(self.size / size))])
        return path

    def write(self):
        """Samples of the texts, all of them, and a vocabulary."""
        bodies = self.bodies()
        self.size = sum(len(body.encode()) for body in bodies)
        self.slow, self.fast = self.sample(bodies, "slow", SLOW[self.mode]), self.sample(bodies, "fast", FAST[self.mode])
        self.all = self.sample(bodies, "all", self.size)
        subprocess.run([self.python, HERE / "text_peer.py", "vocabulary", self.slow, self.model], check=True)

    def ours(self, texts, threads):
        return Worker([self.programs / "bench_text", texts, self.model, threads])

    def row(self, name, target, mine, theirs, agrees=True):
        """`mine` and `theirs` are speeds by turn."""
        turns = [a / b for a, b in zip(mine, theirs)]
        result = {"name": f"{self.corpus[0]}, {name}", "ours": statistics.median(mine), "peer": statistics.median(theirs),
                  "ratio": statistics.median(turns) if agrees else None, "target": target, "low": min(turns), "high": max(turns),
                  "gate": target is not None, "unit": "MB/s"}
        print(line(result), flush=True)
        self.results.append(result)

    def beside_fugashi(self):
        ours, peer = self.ours(self.slow, 1), Worker([self.python, HERE / "text_peer.py", self.slow, self.model])
        self.versions = peer.greeting
        agrees = same_ids(self.folder, ours, peer)
        mine, theirs = zip(*((speed(ours), speed(peer)) for _ in range(TURNS[self.mode])))
        self.row("MeCab + WordPiece, one thread, beside fugashi + BertJapaneseTokenizer", 5, mine, theirs, agrees)
        ours.close()
        peer.close()

    def beside_itself(self):
        one, two = self.ours(self.fast, 1), self.ours(self.fast, 2)
        agrees = same_ids(self.folder, one, two)
        both, alone, own, mecab = zip(*((wall_speed(two, 2), wall_speed(one, 1), speed(one), speed(one, "parse"))
                                        for _ in range(TURNS[self.mode])))
        self.row("MeCab + WordPiece, two threads, beside one", 1.7, both, alone, agrees)
        self.row("MeCab + WordPiece, one thread, beside MeCab alone", None, own, mecab)
        one.close()
        two.close()

    def whole(self):
        """The raw archive to the data set on two threads, beside MeCab alone, which has the same texts in memory."""
        mecab, mine, theirs = self.ours(self.all, 2), [], []
        for _ in range(WHOLE[self.mode]):
            mine.append(self.size / 1e6 / self.prepare(self.model, self.folder / "set", "--threads", 2, "--per-class", 0))
            theirs.append(wall_speed(mecab, 2, "parse"))
        mecab.close()
        seconds = self.size / 1e6 / statistics.median(mine)
        self.row(f"raw archive to data set in {seconds:.1f} s, two threads, beside MeCab alone", 0.8, mine, theirs)

    def run(self):
        print(HEAD, flush=True)
        self.write()
        self.beside_fugashi()
        self.beside_itself()
        self.whole()
        return self.results


def speed(worker, word="tokenise"):
    worker.send(word)
    return worker.greeting["bytes"] / 1e6 / worker.receive()["processor"]


def wall_speed(worker, threads, word="tokenise"):
    """By the wall's clock. A turn that waited for a core for more than a tenth of its time is repeated; the least disturbed counts."""
    best = None
    for _ in range(TRIES):
        worker.send(word)
        reply = worker.receive()
        busy = reply["processor"] / (threads * reply["seconds"])
        if best is None or busy > best[0]:
            best = busy, reply["seconds"]
        if busy >= 1 - STARVED:
            break
    return worker.greeting["bytes"] / 1e6 / best[1]


def same_ids(folder, *workers):
    written = []
    for number, worker in enumerate(workers):
        worker.send(f"ids {folder}/ids-{number}")
        worker.receive()
        written.append((folder / f"ids-{number}").read_bytes())
    return len(set(written)) == 1 and len(written[0]) > 0


def line(result):
    ratio = f"**{result['ratio']:.2f}**" if result["ratio"] else "other ids"
    target = f"≥ {result['target']:g}" if result["target"] else ""
    return (f"| {result['name']} | {result['ours']:.2f} | {result['peer']:.2f} | {ratio} | {result['low']:.2f} to {result['high']:.2f} "
            f"| {target} |")
