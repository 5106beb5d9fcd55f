"""The other side of the benchmark: the usual fine-tuning loop with transformers, driven by lines on standard input.

usage: peer.py THREADS

Words: "load JOB" (JSON), "check FILE" writes the gradients of one pass without dropout, "step" trains one step, "evaluate" computes the
losses alone, "quit". A reply is one line of JSON. The loop is what a careful user writes: BertModel with sdpa, bf16 autocast, frozen parameters without gradient,
fused Adam, padding to the longest text of the batch. JOB has: folder, layer, dropout, form ("train": the whole model in train mode;
"eval_below": the layers below `layer` in eval mode), arm ("multi" or "single"), precision ("bf16": autocast; "fp32"), compile (true
for torch.compile).
"""

import json
import os
import sys
import time

os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import torch  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from torch.nn import functional  # noqa: E402
import transformers  # noqa: E402
from transformers import BertConfig, BertModel  # noqa: E402

CLASSES, LABELS, IGNORED = 9, 7, -100


class Trainee(torch.nn.Module):
    def __init__(self, job):
        super().__init__()
        folder, self.job = job["folder"], job
        config = BertConfig.from_pretrained(folder + "/model", hidden_dropout_prob=job["dropout"],
                                            attention_probs_dropout_prob=job["dropout"])
        self.bert = BertModel.from_pretrained(folder + "/model", config=config, add_pooling_layer=False, attn_implementation="sdpa")
        width, self.layer = config.hidden_size, job["layer"]
        self.main, self.pos = torch.nn.Linear(width, CLASSES), torch.nn.Linear(width, LABELS)
        self.pos_dropout = torch.nn.Dropout(job["dropout"])
        heads = load_file(folder + "/heads.safetensors")
        for name in ("main", "pos"):
            getattr(self, name).load_state_dict({part: heads[f"heads.{name}.linear.{part}"] for part in ("weight", "bias")})
        for parameter in self.bert.parameters():
            parameter.requires_grad_(False)
        for layer in (self.layer, config.num_hidden_layers):
            for parameter in self.bert.encoder.layer[layer - 1].parameters():
                parameter.requires_grad_(True)
        heads = [self.main, self.pos] if self.multi else [self.main]
        self.optimiser = torch.optim.Adam(
            [{"params": [p for p in self.bert.parameters() if p.requires_grad], "lr": 5e-5},
             {"params": [p for head in heads for p in head.parameters()], "lr": 1e-4}], fused=True)
        self.pad(load_file(folder + "/batch.safetensors"))
        self.in_form(True)
        self.encode = torch.compile(self.bert) if job.get("compile") else self.bert

    @property
    def multi(self):
        return self.job["arm"] == "multi"

    def pad(self, batch):
        starts = batch["starts"].tolist()
        lengths = [end - begin for begin, end in zip(starts, starts[1:])]
        shape = (len(lengths), max(lengths))
        self.ids, self.mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
        self.pos_target = torch.full(shape, IGNORED)
        for row, (begin, length) in enumerate(zip(starts, lengths)):
            self.ids[row, :length] = batch["ids"][begin:begin + length]
            self.mask[row, :length] = 1
            self.pos_target[row, :length] = batch["pos"][begin:begin + length]
        self.main_target = batch["main"]

    def in_form(self, training):
        self.train(training)
        if training and self.job["form"] == "eval_below":
            self.bert.embeddings.eval()
            for layer in self.bert.encoder.layer[:self.layer - 1]:
                layer.eval()

    def loss(self):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.job["precision"] == "bf16"):
            out = self.encode(input_ids=self.ids, attention_mask=self.mask, output_hidden_states=self.multi)
            loss = functional.cross_entropy(self.main(out.last_hidden_state[:, 0]), self.main_target)
            if self.multi:
                logits = self.pos(self.pos_dropout(out.hidden_states[self.layer]))
                loss = loss + 0.5 * functional.cross_entropy(logits.reshape(-1, LABELS), self.pos_target.reshape(-1),
                                                             ignore_index=IGNORED)
        return loss

    def step(self):
        loss = self.loss()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def evaluate(self):
        self.in_form(False)
        with torch.no_grad():
            loss = self.loss().item()
        self.in_form(True)
        return loss

    def check(self, file):
        self.in_form(False)
        self.optimiser.zero_grad()
        loss = self.loss()
        loss.backward()
        gradients = {ours(name): p.grad.contiguous() for name, p in self.named_parameters() if p.grad is not None}
        save_file(gradients, file)
        self.in_form(True)
        self.optimiser.zero_grad()
        return loss.item()


def ours(name):
    """The parameter's name in mtl."""
    if name.startswith("bert."):
        return "backbone." + name.removeprefix("bert.")
    head, part = name.split(".")
    return f"heads.{head}.linear.{part}"


def main():
    torch.set_num_threads(int(sys.argv[1]))
    trainee = None
    print(json.dumps({"torch": torch.__version__, "transformers": transformers.__version__}), flush=True)
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "quit":
            return
        begin, reply = time.perf_counter(), {}
        if word == "load":
            trainee = None
            trainee = Trainee(json.loads(rest))
        elif word == "evaluate":
            reply["loss"] = trainee.evaluate()
        elif word == "check":
            reply["loss"] = trainee.check(rest)
        else:
            reply["loss"] = trainee.step()
        print(json.dumps(reply | {"seconds": time.perf_counter() - begin}), flush=True)


if __name__ == "__main__":
    main()
