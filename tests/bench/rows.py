"""What the benchmark measures: the rows of its table, and the lengths of its texts."""

from dataclasses import dataclass
from pathlib import Path

# The faster one here, for both sides: bf16 where the processor multiplies it, which the targets are for; elsewhere bf16 is slower
# than fp32, and there are no targets.
MACHINE_PRECISION = "bf16" if "avx512_bf16" in Path("/proc/cpuinfo").read_text().split() else "fp32"

# Pieces in texts of the livedoor news corpus, counted with multilingual-e5-small's SentencePiece: whole articles, cut at 512, and
# the first two paragraphs of articles, not cut. Each list is a random sample in the order drawn.
ARTICLES = (512, 512, 388, 457, 420, 512, 436, 512, 512, 332, 512, 304, 512, 512, 375, 512,
            512, 220, 34, 464, 277, 512, 512, 512, 345, 461, 512, 409, 512, 403, 288, 512)
PARAGRAPHS = (105, 96, 179, 131, 143, 110, 143, 98, 192, 139, 302, 255, 120, 112, 102, 185,
              56, 159, 17, 92, 108, 253, 275, 109, 137, 126, 104, 133, 269, 120, 150, 98)

# hidden, heads: all have 12 layers and a feed-forward layer four times as wide as they are.
SHAPES = {"mini": (128, 2), "e5-small": (384, 12), "BERT-base": (768, 12)}


# Texts of a step, but in a quick run. In float32 half as many: with 512 tokens and dropout the peer takes as much memory for them as for
# 32 in bf16, up to 15 GB.
BATCH = 32 if MACHINE_PRECISION == "bf16" else 16


def target(bound):
    """Of a step, a sweep or a prediction, a ratio or a limit: it is for a processor that multiplies bf16."""
    return bound if MACHINE_PRECISION == "bf16" else None


@dataclass(frozen=True)
class Row:
    """One line of the table: a shape, a length, a dropout; a cell for each layer l."""

    shape: str
    tokens: int
    dropout: float
    targets: dict  # layer -> least ratio, or None
    form: str = "train"  # of the peer: "train" or "eval_below"
    arm: str = "multi"
    precision: str = ""  # of both sides; empty: MACHINE_PRECISION
    compiled: bool = False
    gate: bool = False
    cached: bool = False  # ours: the hidden states below l are there before the first step
    total: float | None = None  # target of the sum over all layers, or None
    limit: int | None = None  # bytes of memory that our step may take over the weights, or None

    def lengths(self, mode):
        source = ARTICLES if self.tokens == 512 else PARAGRAPHS
        count = (4 if self.tokens == 512 else 8) if mode == "quick" else BATCH
        return [min(length, self.tokens) for length in source[:count]]

    @property
    def computed_in(self):
        return self.precision or MACHINE_PRECISION

    @property
    def name(self):
        words = [self.shape, f"{self.tokens} tokens", f"dropout {self.dropout:g}"]
        if self.cached:
            words.append("prefix cached")
        elif self.form == "eval_below":
            words.append("from l up")
        if self.arm == "single":
            words.append("single-task")
        if self.precision:
            words.append(self.precision)
        if self.compiled:
            words.append("peer compiled")
        return ", ".join(words)


def unmeasured(*layers):
    return dict.fromkeys(layers)


GATES = [
    Row("e5-small", 512, 0.1, {1: 10, 6: 8, 12: 8}, gate=True, limit=2 << 30),
    Row("e5-small", 512, 0.0, {1: 1.9, 6: 1.9, 12: 1.5}, gate=True, limit=2 << 30),
    Row("e5-small", 128, 0.1, {1: 2.0, 6: 2.2, 12: 2.2}, gate=True),
    Row("BERT-base", 128, 0.1, {1: 1.6, 6: 1.8, 12: 1.6}, gate=True),
]
CACHED = [
    Row("e5-small", 512, 0.1, {1: 10, 6: 9, 12: 11}, form="eval_below", gate=True, cached=True, total=9),
    Row("e5-small", 512, 0.0, {1: 2.0, 6: 2.8, 12: 7.5}, form="eval_below", gate=True, cached=True, total=2.9),
    Row("e5-small", 128, 0.1, {1: 1.9, 6: 2.4, 12: 6.5}, form="eval_below", gate=True, cached=True, total=2.5),
    Row("BERT-base", 128, 0.1, {1: 1.5, 6: 1.9, 12: 5.5}, form="eval_below", gate=True, cached=True, total=2.0),
]
FURTHER = [
    Row("e5-small", 512, 0.1, unmeasured(6, 12), form="eval_below"),
    Row("e5-small", 128, 0.1, unmeasured(6, 12), form="eval_below"),
    Row("e5-small", 128, 0.1, unmeasured(2, 11)),
    Row("e5-small", 128, 0.0, unmeasured(1, 6, 12)),
    Row("e5-small", 128, 0.1, unmeasured(1, 6, 12), arm="single"),
    Row("e5-small", 128, 0.1, unmeasured(1, 6, 12), precision="fp32"),
    Row("e5-small", 128, 0.1, unmeasured(6), compiled=True),
    Row("BERT-base", 128, 0.0, unmeasured(1, 6, 12)),
    Row("mini", 512, 0.1, unmeasured(1, 6, 12)),
    Row("mini", 128, 0.1, unmeasured(1, 6, 12)),
]
