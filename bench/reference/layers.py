"""Writes test/fixtures/training/layers.json: outputs and gradients of every kind of layer in Keras and PyTorch.

    python -m venv venv && venv/bin/pip install numpy jax keras torch
    venv/bin/python bench/reference/layers.py

Each case is a model config without the output layer, given parameters, and a given slope of its output. Where both
libraries have the layer they are held against each other here; one set of numbers is stored.
"""

import json
from pathlib import Path

import numpy as np
from networks import (MIXED, NUMBERS, TABLE, TEXT, VERSIONS, Dyadic, Keras, Network, Torch, initial, layout_of, rounded,
                      rows_of)

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "training" / "layers.json"
ROWS = 6
LENGTHS = [5, 3, 1, 4, 2, 5]
KERAS, TORCH = Keras(), Torch()
KERAS_ONLY, TORCH_ONLY, BOTH = [KERAS], [TORCH], [KERAS, TORCH]
cases = []


def relative(a, b):
    return float(np.max(np.abs(np.asarray(a) - np.asarray(b))) / max(1e-3, np.max(np.abs(np.asarray(b)))))


def case(name, inputs, layers, libs, *, config=None, training=True, batches=1, real_steps=False, lengths=LENGTHS,
         model=None):
    """@param real_steps outputs at padded steps are left out: theirs are of no use and differ between libraries"""
    if model is None:
        model = ({"inputs": {"text": {"dimensions": 4, "layers": layers}}, "layers": []} if inputs is TEXT
                 else {"layers": layers})
    seed = 100 + len(cases)
    x = rows_of(inputs, ROWS * batches, Dyadic(seed), lengths)
    layout = layout_of(model, inputs, x[:ROWS])
    found = []
    for lib in libs:
        parameters = initial(layout, seed + 1000)
        for batch in range(batches):
            rows = x[batch * ROWS:(batch + 1) * ROWS]
            network = Network(lib, model, inputs, training=training)

            def loss(p):
                y = network.run(p, rows)
                weights = Dyadic(seed + 2000).array(y.shape)
                if real_steps:
                    weights = weights * network.mask[:, :, None]
                return (y * lib.tensor(weights)).sum(), y if lib is TORCH else (y, network.moved)

            output, gradients = lib.gradients(loss, parameters)
            output, moved = output if lib is KERAS else (output, network.moved)
            moved = {k: np.asarray(v.detach() if lib is TORCH else v) for k, v in moved.items()}
            parameters = parameters | moved
        output = np.asarray(output)
        if real_steps:
            output = np.where(network.mask[:, :, None], output, 0)
        gradients = {k: g for k, g in gradients.items() if "/moving" not in k}
        found.append({"output": output, "gradients": gradients, "moved": moved})
    for other in found[1:]:
        worst = max(relative(other["output"], found[0]["output"]),
                    *(relative(other["gradients"][k], g) for k, g in found[0]["gradients"].items()), 0,
                    *(relative(other["moved"][k], v) for k, v in found[0]["moved"].items()))
        assert worst < 1e-11, (name, worst)
    assert np.isfinite(found[0]["output"]).all(), name
    stored, behind = json.loads(json.dumps(model)), 1
    if found[0]["output"].ndim == 3:
        # Ours asks for a pool; what is compared is the sequence before it.
        stored["inputs"]["text"]["layers"].append({"type": "pool"})
        behind = 2
    cases.append({
        "name": name, "source": " and ".join(lib.name for lib in libs), "model": stored, "nodesBehind": behind,
        "inputs": inputs,
        "rows": ROWS, "batches": batches, "training": training, "realSteps": real_steps, "seed": seed,
        "x": rounded(x), "layout": {k: list(v) for k, v in layout.items()}, "output": rounded(found[0]["output"], 11),
        "gradients": {k: rounded(g, 11) for k, g in found[0]["gradients"].items()},
        "moved": {k: rounded(v, 11) for k, v in found[0]["moved"].items()},
    })


dense = {"type": "dense", "units": 3, "activation": "tanh"}
ACTIVATIONS = ["linear", "relu", "leakyRelu", "elu", "selu", "gelu", "silu", "sigmoid", "tanh", "softplus", "softmax",
               "exponential"]
for activation in ACTIVATIONS:
    case(f"dense, {activation}", NUMBERS, [{**dense, "activation": activation}], BOTH)
case("dense without bias, behind dense", NUMBERS, [dense, {**dense, "useBias": False, "activation": "gelu"}], BOTH)
case("dense at each step of a sequence", TEXT, [{**dense, "activation": "silu"}], BOTH)
for activation in ("selu", "softmax"):
    case(f"{activation} by itself", NUMBERS, [dense, {"type": "activation", "activation": activation}], BOTH)
case("dropout when predicting", NUMBERS, [dense, {"type": "dropout", "rate": 0.4}, dense], BOTH, training=False)

norm = {"type": "batchNorm", "momentum": 0.8, "epsilon": 0.01}
case("batchNorm, training", NUMBERS, [{"type": "batchNorm"}], BOTH)
case("batchNorm behind dense, training", NUMBERS, [dense, norm], BOTH)
case("batchNorm, moving statistics after three batches", NUMBERS, [dense, norm], BOTH, batches=3)
case("batchNorm when predicting", NUMBERS, [dense, norm], BOTH, training=False)
case("batchNorm over full texts, each step a row", TEXT, [norm], BOTH, lengths=[5])
case("batchNorm over padded texts: padded steps count as rows, as in PyTorch; Keras leaves them out", TEXT, [norm],
     TORCH_ONLY)
case("layerNorm", NUMBERS, [{"type": "layerNorm"}], BOTH)
case("layerNorm at each step, epsilon 0.1", TEXT, [{"type": "layerNorm", "epsilon": 0.1}], BOTH)

case("embedding of words: padding is a zero that learns nothing, as in PyTorch; Keras gives it a vector", TEXT, [], BOTH)
case("categories beside numbers", TABLE, [], BOTH,
     model={"inputs": {"categories": {"dimensions": 2}}, "layers": [dense]})
case("numbers, a category and a text", MIXED, [], BOTH, model={
    "inputs": {"categories": {"dimensions": 2}, "text": {"dimensions": 3, "layers": [{"type": "pool", "method": "mean"}]}},
    "layers": [dense]})
for method, note in (("mean", ""), ("max", ": padding is left out; Keras' max pool has no mask"), ("first", ""),
                     ("last", ": the last word, not padding")):
    case(f"pool {method}{note}", TEXT, [dense, {"type": "pool", "method": method}], BOTH)
case("flatten", TEXT, [{"type": "flatten"}], BOTH)
case("learned positions", TEXT, [{"type": "positions"}], BOTH)
case("sinusoidal positions (formula of Vaswani et al. 2017)", TEXT, [{"type": "positions", "kind": "sinusoidal"}], BOTH)

conv = {"type": "conv1d", "filters": 3, "kernelSize": 3, "activation": "tanh"}
for padding in ("same", "valid", "causal"):
    for size, dilation in ((3, 1), (2, 1), (2, 3), (3, 2)):
        layer = {**conv, "padding": padding, "kernelSize": size, "dilation": dilation}
        case(f"conv1d {padding}, window {size}, dilation {dilation}", TEXT, [layer], BOTH)
case("conv1d valid before a mean pool: of a shorter sequence the first steps are real; Keras drops the mask", TEXT,
     [{**conv, "padding": "valid", "kernelSize": 2}, {"type": "pool", "method": "mean"}], BOTH, lengths=[5, 3, 1, 4, 2])

for kind in ("lstm", "gru"):
    cell = {"type": kind, "units": 2}
    both = {**cell, "bidirectional": True}
    case(f"{kind}, last state of padded texts", TEXT, [cell], BOTH)
    case(f"{kind}, last state of padded texts, one empty", TEXT, [cell], KERAS_ONLY, lengths=[5, 0, 2])
    case(f"{kind}, state of each step: a padded one repeats the last, as in Keras", TEXT, [{**cell, "sequence": True}],
         KERAS_ONLY)
    case(f"{kind}, both ways, last states of padded texts", TEXT, [both], BOTH)
    case(f"{kind}, both ways, states of real steps; at padded ones Keras and PyTorch give zeros, we the last state", TEXT,
         [{**both, "sequence": True}], BOTH, real_steps=True)
    case(f"{kind} over {kind}, both ways", TEXT, [{**both, "sequence": True}, both], BOTH)
    case(f"{kind} over full texts", TEXT, [{**cell, "sequence": True}], BOTH, lengths=[5])

block = {"type": "transformer", "heads": 2, "feedForward": 3, "dropout": 0}
for activation in ("gelu", "relu"):
    case(f"transformer, {activation}, padded texts, real steps", TEXT, [{**block, "activation": activation}], BOTH,
         real_steps=True)
case("transformer, full texts", TEXT, [block], BOTH, lengths=[5])
case("two transformers with positions, normalised, mean of real steps", TEXT,
     [{"type": "positions"}, block, {**block, "heads": 1}, {"type": "layerNorm"}, {"type": "pool", "method": "mean"}],
     BOTH)

inner = {**dense, "units": 4}
case("residual", NUMBERS, [{"type": "residual", "layers": [dense, {**inner, "activation": "linear"}]}], BOTH)
case("residual with a projection", NUMBERS, [{"type": "residual", "layers": [dense, dense]}], BOTH)
case("wide and deep", NUMBERS, [{"type": "parallel", "branches": [[], [dense, dense]]}], BOTH)
case("branches that are summed", NUMBERS,
     [{"type": "parallel", "merge": "add", "branches": [[dense], [inner, dense]]}], BOTH)
tokens = {"inputs": {"columnsAsTokens": {"dimensions": 4, "layers": []}}, "layers": []}
tokens["inputs"]["columnsAsTokens"]["layers"] = [{"type": "flatten"}]
case("columns as tokens (formula of Gorishniy et al. 2021, section 3.3)", TABLE, [], BOTH, model=tokens)
case("FT-transformer", TABLE, [], BOTH, model={"inputs": {"columnsAsTokens": {"dimensions": 4, "layers": [
    block, block, {"type": "layerNorm"}, {"type": "pool", "method": "first"}]}}, "layers": []})

OUT.write_text(json.dumps({"versions": VERSIONS, "cases": cases}, separators=(",", ":")) + "\n")
print(OUT, len(cases), "cases", OUT.stat().st_size, "bytes")
