"""Writes the fixture of tests/engine/autocast.test.cpp: a small BERT, and what transformers computes with it in float32 and under
bfloat16 autocast.

python make_autocast.py   (made with transformers 4.57.6, torch 2.13.0 and safetensors 0.8.0 on x86-64; the versions and hashes of
all packages are in scripts/requirements-parity-models.txt)

config.json and model.safetensors as save_pretrained() writes them, and expected.safetensors:
  ids [tokens], starts [texts + 1], target.main [texts], target.pos [tokens]    a ragged batch
  head.{main,pos}.{weight,bias}                     a classifier on the last layer, a token head on layer 2
  {fp32,bf16}.hidden.0 .. hidden.N                  [tokens, hidden] of the real tokens
  {fp32,bf16}.loss                                  1.0 * mean cross entropy of the classes + 0.5 * that of the token labels
  {fp32,bf16}.grad.*                                its gradients with respect to every parameter
Nothing is dropped out; attention is sdpa.
"""

import pathlib

import torch
import transformers
from safetensors.torch import save_file
from torch.nn import functional

HERE = pathlib.Path(__file__).parent
LENGTHS, TAP = [40, 7, 23, 64, 1, 33], 2
CONFIG = dict(vocab_size=50, hidden_size=32, num_hidden_layers=6, num_attention_heads=2, intermediate_size=64,
              max_position_embeddings=64, initializer_range=0.15)


def main():
    torch.manual_seed(1)
    model = transformers.BertModel._from_config(transformers.BertConfig(**CONFIG), add_pooling_layer=False,
                                                attn_implementation="sdpa").eval()
    heads = torch.nn.ModuleDict({"main": torch.nn.Linear(CONFIG["hidden_size"], 4), "pos": torch.nn.Linear(CONFIG["hidden_size"], 3)})
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
    model.save_pretrained(HERE)
    texts = [torch.randint(1, CONFIG["vocab_size"], (length,)) for length in LENGTHS]
    starts = torch.tensor([0] + LENGTHS).cumsum(0)
    main_target, pos_target = torch.randint(0, 4, (len(texts),)), torch.randint(0, 3, (sum(LENGTHS),))
    ids = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True)
    mask = torch.tensor([[int(i < length) for i in range(max(LENGTHS))] for length in LENGTHS])
    tensors = {"ids": torch.cat(texts), "starts": starts, "target.main": main_target, "target.pos": pos_target}
    tensors |= {f"head.{name}": value.detach().clone() for name, value in heads.named_parameters()}
    for kind in ("fp32", "bf16"):
        model.zero_grad()
        heads.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == "bf16"):
            states = model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
            loss = functional.cross_entropy(heads["main"](states[-1][:, 0]), main_target)
            loss = loss + 0.5 * functional.cross_entropy(heads["pos"](states[TAP][mask.bool()]), pos_target)
        loss.backward()
        tensors |= {f"{kind}.hidden.{k}": state[mask.bool()].float() for k, state in enumerate(states)}
        tensors |= {f"{kind}.grad.{name}": value.grad.clone() for name, value in model.named_parameters()}
        tensors |= {f"{kind}.grad.head.{name}": value.grad.clone() for name, value in heads.named_parameters()}
        tensors[f"{kind}.loss"] = loss.detach()
        print(kind, loss.item())
    save_file({name: value.detach().contiguous() for name, value in tensors.items()}, HERE / "expected.safetensors",
              metadata={"tap": str(TAP), "made with": f"transformers {transformers.__version__}, torch {torch.__version__}"})


if __name__ == "__main__":
    main()
