"""Writes test/fixtures/training/trainings.json: the epoch losses of whole trainings of every kind of network in PyTorch.

    python -m venv venv && venv/bin/pip install numpy jax keras torch
    venv/bin/python bench/reference/trainings.py

Five epochs in float64 from given weights in a given batch order, so that nothing random has to agree. Where PyTorch
differs from Keras, and we are as Keras, PyTorch is brought there: the epsilon of Adam and RMSprop, the rate in the
velocity of SGD, 1e-6 in the clipping, the moving variance over n.
"""

import json
import math
from pathlib import Path

from networks import (MIXED, NUMBERS, TABLE, TEXT, VERSIONS, Dyadic, F, Network, Torch, initial, layout_of, np, rounded,
                      rows_of, torch)

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "training" / "trainings.json"
EPOCHS, BATCH, ROWS = 5, 8, 36  # the last batch has 4 rows
STEPS_PER_EPOCH = math.ceil(ROWS / BATCH)
LIB = Torch()
trainings = []

TINY = 1e-24  # PyTorch's RMSprop has epsilon outside of the root, ours as Keras inside


def decays(name):
    """Kernels and tables do; biases, normalisations and moving statistics do not."""
    return name.endswith(("ernel", "/table", "/token", "/weights"))


def optimizer_of(config, parameters):
    decay = config.get("weightDecay", 0.0)
    groups = [{"params": [p for n, p in parameters.items() if decays(n)], "weight_decay": decay},
              {"params": [p for n, p in parameters.items() if not decays(n)], "weight_decay": 0.0}]
    groups = [group for group in groups if group["params"]]
    rate = config["learningRate"]
    if config["type"] == "adam":
        return torch.optim.Adam(groups, rate)
    if config["type"] == "adamW":
        return torch.optim.AdamW(groups, rate)
    if config["type"] == "rmsProp":
        return torch.optim.RMSprop(groups, rate, alpha=config["rho"], eps=config["epsilon"], momentum=config["momentum"])
    return torch.optim.SGD(groups, rate, momentum=config["momentum"], nesterov=config["nesterov"])


def scheduler_of(schedule, warmup_epochs, optimizer):
    warmup, steps = warmup_epochs * STEPS_PER_EPOCH, EPOCHS * STEPS_PER_EPOCH
    if schedule == "constant":
        return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, step / warmup) if warmup else 1)

    def share(step):
        done = (step - warmup) / (steps - warmup)
        return step / warmup if step < warmup else 0.5 * (1 + math.cos(math.pi * done))

    return torch.optim.lr_scheduler.LambdaLR(optimizer, share)


def row_losses(task, loss, z, y):
    if loss["type"] == "binaryCrossEntropy":
        return F.binary_cross_entropy_with_logits(z, y, reduction="none").mean(1)
    if loss["type"] == "categoricalCrossEntropy":
        return F.cross_entropy(z, y, reduction="none", label_smoothing=loss["labelSmoothing"])
    if loss["type"] == "huber":
        return F.huber_loss(z, y, delta=loss["delta"], reduction="none").mean(1)
    return F.mse_loss(z, y, reduction="none").mean(1)


def targets_of(task, signal):
    if task == "binary":
        return (signal > np.median(signal)).astype(float)[:, None]
    if task == "multiclass":
        return np.eye(3)[np.searchsorted(np.quantile(signal, [1 / 3, 2 / 3]), signal)]
    return np.round((signal - signal.mean()) / signal.std() * 256)[:, None] / 256


def case(name, task, loss, inputs, model, optimizer, *, clipping=None, schedule="constant", warmup=0.0, weighted=False):
    seed = 3000 + 10 * len(trainings)
    stream = Dyadic(seed)
    x = rows_of(inputs, ROWS, stream, [5, 3, 1, 4, 2])
    outputs = 3 if task == "multiclass" else 1
    layout = layout_of(model, inputs, x, outputs)
    start = initial(layout, seed + 1)
    # Something to learn: another network of the same kind, without its dropout and moments of the batch.
    with torch.no_grad():
        teacher = {k: LIB.tensor(v) for k, v in initial(layout, seed + 2).items()}
        signal = Network(LIB, model, inputs, outputs, training=False).run(teacher, x).numpy()[:, 0]
    y = targets_of(task, signal + 0.1 * signal.std() * stream.array(ROWS))
    weights = 1 + stream.array(ROWS) / 2 if weighted else np.ones(ROWS)
    learning = {k: torch.tensor(v, requires_grad=True) for k, v in start.items() if "/moving" not in k}
    moving = {k: torch.tensor(v) for k, v in start.items() if "/moving" in k}
    descent = optimizer_of(optimizer, learning)
    scheduler = scheduler_of(schedule, warmup, descent)
    yt, wt = torch.tensor(y), torch.tensor(weights)
    order_stream = Dyadic(seed + 3)
    orders, losses, clipped, step, last_rate = [], [], 0, 0, 0.0
    for _ in range(EPOCHS):
        order = np.argsort([order_stream.next() for _ in range(ROWS)], kind="stable")
        orders.append(order.tolist())
        total = 0.0
        for at in range(0, ROWS, BATCH):
            rows = order[at:at + BATCH]
            network = Network(LIB, model, inputs, outputs)
            z = network.run({**learning, **moving}, x[rows])
            loss_value = (wt[rows] * row_losses(task, loss, z, yt[rows])).mean()
            descent.zero_grad()
            loss_value.backward()
            if clipping is not None:
                length = torch.nn.utils.get_total_norm([p.grad for p in learning.values()])
                clipped += int(length > clipping)
                # It adds 1e-6 to the length.
                torch.nn.utils.clip_grads_with_norm_(learning.values(), clipping, length - 1e-6)
            step += 1
            if "dam" in optimizer["type"]:
                # PyTorch adds epsilon after the correction of the bias, ours as Keras before.
                for group in descent.param_groups:
                    group["eps"] = 1e-7 / math.sqrt(1 - 0.999**step)
            if optimizer["type"] == "sgd":
                rate = descent.param_groups[0]["lr"]
                for state in descent.state.values():
                    # Ours, as Keras', has the rate of each step in the velocity, PyTorch's the rate of this one.
                    state["momentum_buffer"] *= last_rate / rate
                last_rate = rate
            descent.step()
            scheduler.step()
            moving = moving | {k: v.detach() for k, v in network.moved.items()}
            total += float(loss_value.detach()) * len(rows)
        losses.append(total / ROWS)
    assert clipping is None or clipped > 3, (name, clipped)
    with torch.no_grad():
        final = Network(LIB, model, inputs, outputs, training=False).run({**learning, **moving}, x).numpy()
    print(f"{name}: {losses[0]:.4f} -> {losses[-1]:.4f}, clipped {clipped} of {step}")
    trainings.append({
        "name": name, "task": task, "loss": loss, "inputs": inputs, "model": model, "seed": seed + 1, "rows": ROWS,
        "batchSize": BATCH,
        "training": {"optimizer": optimizer, "schedule": {"type": schedule}, "warmupEpochs": warmup, "epochs": EPOCHS,
                     **({} if clipping is None else {"clipping": {"type": "globalNorm", "limit": clipping}})},
        "x": rounded(x, 15), "y": rounded(y, 15), **({"weights": rounded(weights, 15)} if weighted else {}),
        "orders": orders, "epochLosses": rounded(losses, 14), "finalOutputs": rounded(final, 12),
    })


BINARY, CROSS, SMOOTH = ({"type": "binaryCrossEntropy", "labelSmoothing": 0},
                         {"type": "categoricalCrossEntropy", "labelSmoothing": 0},
                         {"type": "categoricalCrossEntropy", "labelSmoothing": 0.1})
SQUARED, HUBER = {"type": "meanSquaredError"}, {"type": "huber", "delta": 0.7}
ADAM, ADAMW = {"type": "adam", "learningRate": 0.02}, {"type": "adamW", "learningRate": 0.02, "weightDecay": 0.05}
RMSPROP = {"type": "rmsProp", "learningRate": 0.01, "rho": 0.9, "momentum": 0.0, "epsilon": TINY}
MOMENTUM = {"type": "sgd", "learningRate": 0.05, "momentum": 0.9, "nesterov": False}
NESTEROV = {**MOMENTUM, "nesterov": True}
dense = {"type": "dense", "units": 6, "activation": "relu"}
block = {"type": "transformer", "heads": 2, "feedForward": 5, "dropout": 0}


def text(*layers):
    return {"inputs": {"text": {"dimensions": 4, "layers": list(layers)}}, "layers": []}


mlp = {"layers": [dense, {"type": "batchNorm"}, {"type": "dropout", "rate": 0},
                  {**dense, "units": 4, "activation": "tanh"}, {"type": "dropout", "rate": 0}]}
case("MLP with batchNorm and dropout 0, Adam", "binary", BINARY, NUMBERS, mlp, ADAM)
case("MLP with batchNorm and dropout 0, RMSprop, global norm, weighted rows", "multiclass", CROSS, NUMBERS, mlp,
     RMSPROP, clipping=0.5, weighted=True)
residual = {"layers": [{**dense, "activation": "gelu"}, {"type": "layerNorm"},
                       {"type": "residual", "layers": [dense, {**dense, "activation": "linear"}]}]}
case("layerNorm and residual, AdamW", "regression", SQUARED, NUMBERS, residual, ADAMW)
case("layerNorm and residual, momentum (each rate in the velocity, as Keras), cosine behind a warm-up", "regression", HUBER, NUMBERS, residual, MOMENTUM,
     schedule="cosine", warmup=1.0)
wide = {"inputs": {"categories": {"dimensions": 2}}, "layers": [
    {"type": "parallel", "branches": [[], [dense, {**dense, "units": 3, "activation": "silu"}]]}]}
case("categories and numbers, wide and deep, RMSprop", "binary", BINARY, TABLE, wide, RMSPROP)
case("categories, numbers and a text, AdamW, weighted rows", "multiclass", SMOOTH, MIXED,
     {"inputs": {"categories": {"dimensions": 2},
                 "text": {"dimensions": 3, "layers": [{"type": "pool", "method": "mean"}]}}, "layers": [dense]},
     ADAMW, weighted=True)
case("text, mean pool, momentum (each rate in the velocity, as Keras), cosine behind a warm-up", "binary", BINARY, TEXT,
     text({"type": "pool", "method": "mean"}), MOMENTUM, schedule="cosine", warmup=0.6)
case("text, conv1d and max pool, Adam, global norm", "binary", BINARY, TEXT,
     text({"type": "conv1d", "filters": 4, "kernelSize": 3, "activation": "relu"}, {"type": "pool", "method": "max"}),
     ADAM, clipping=0.3)
case("text, LSTM, RMSprop, global norm", "binary", BINARY, TEXT, text({"type": "lstm", "units": 3}), RMSPROP,
     clipping=0.1)
case("text, LSTM both ways over LSTM, Adam", "multiclass", CROSS, TEXT,
     text({"type": "lstm", "units": 2, "sequence": True, "bidirectional": True},
          {"type": "lstm", "units": 2, "bidirectional": True}), ADAM)
case("text, GRU, AdamW, cosine behind a warm-up", "binary", BINARY, TEXT, text({"type": "gru", "units": 3}), ADAMW,
     schedule="cosine", warmup=1.0)
case("text, transformer with positions, Adam, cosine behind a warm-up, global norm", "binary", BINARY, TEXT,
     text({"type": "positions"}, block, {"type": "layerNorm"}, {"type": "pool", "method": "mean"}), ADAM,
     schedule="cosine", warmup=1.0, clipping=0.5)
tokens = {"inputs": {"columnsAsTokens": {"dimensions": 4, "layers": [
    block, block, {"type": "layerNorm"}, {"type": "pool", "method": "first"}]}}, "layers": []}
case("FT-transformer, AdamW, warm-up", "regression", SQUARED, TABLE, tokens, ADAMW, warmup=1.0)
case("FT-transformer, Nesterov, global norm", "binary", BINARY, TABLE, tokens, {**NESTEROV, "learningRate": 0.02}, clipping=0.5)
OUT.write_text(json.dumps({"versions": VERSIONS, "trainings": trainings}, separators=(",", ":")) + "\n")
print(OUT, len(trainings), "trainings", OUT.stat().st_size, "bytes")
