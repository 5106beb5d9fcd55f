"""The other side of prediction: the same BERT and classifier in onnxruntime, float32, on the CPU.

usage: predict_peer.py FOLDER THREADS

FOLDER holds model/, heads.safetensors and batch.safetensors, as bench.py writes them. The graph is transformers' own, written by torch's
exporter, with all of onnxruntime's optimisations. Words: "predict", and "logits FILE"; a reply is one line of JSON.
"""

import json
import os
import sys
import time
import warnings

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
warnings.filterwarnings("ignore")

import onnxruntime  # noqa: E402
import torch  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from transformers import BertModel  # noqa: E402


class Classifier(torch.nn.Module):
    def __init__(self, folder):
        super().__init__()
        heads = load_file(folder + "/heads.safetensors")
        self.bert = BertModel.from_pretrained(folder + "/model", add_pooling_layer=False, attn_implementation="eager")
        labels, width = heads["heads.main.linear.weight"].shape
        self.main = torch.nn.Linear(width, labels)
        self.main.load_state_dict({part: heads[f"heads.main.linear.{part}"] for part in ("weight", "bias")})

    def forward(self, ids, mask):
        return self.main(self.bert(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0])


def padded(batch):
    starts = batch["starts"].tolist()
    lengths = [end - begin for begin, end in zip(starts, starts[1:])]
    ids = torch.zeros(len(lengths), max(lengths), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, (begin, length) in enumerate(zip(starts, lengths)):
        ids[row, :length] = batch["ids"][begin:begin + length]
        mask[row, :length] = 1
    return ids, mask


def main():
    folder, threads = sys.argv[1], int(sys.argv[2])
    ids, mask = padded(load_file(folder + "/batch.safetensors"))
    graph = folder + "/classifier.onnx"
    axes = {0: "texts", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(Classifier(folder).eval(), (ids, mask), graph, dynamo=False, opset_version=17, input_names=["ids", "mask"],
                          output_names=["logits"], dynamic_axes={"ids": axes, "mask": axes})
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    fed = {"ids": ids.numpy(), "mask": mask.numpy()}
    print(json.dumps({"onnxruntime": onnxruntime.__version__}), flush=True)
    for line in sys.stdin:
        word, _, file = line.strip().partition(" ")
        begin = time.perf_counter()
        logits = session.run(None, fed)[0]
        reply = {"seconds": time.perf_counter() - begin}
        if word == "logits":
            save_file({"logits": torch.from_numpy(logits)}, file)
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
