"""Writes test/fixtures/training/reference.json: what Keras (on PyTorch) and PyTorch make of the same trainings.

    python -m venv venv && venv/bin/pip install numpy torch keras scikit-learn
    KERAS_BACKEND=torch venv/bin/python bench/reference/training.py

Three parts: epoch losses of small networks in PyTorch from given weights in a given batch order, parameters after
ten optimizer steps in Keras, and where keras.callbacks.EarlyStopping stops on given losses.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy as np
import sklearn
import sklearn.metrics as skm
import torch
import torch.nn.functional as F

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "training" / "reference.json"
rng = np.random.default_rng(7)


def floats(array):
    return [float(np.float32(v)) for v in np.asarray(array, dtype=np.float32).ravel()]


ACTIVATIONS = {
    "relu": F.relu,
    "tanh": torch.tanh,
    "gelu": F.gelu,
    "silu": F.silu,
    "selu": F.selu,
    "elu": F.elu,
    "softplus": F.softplus,
    "sigmoid": torch.sigmoid,
    "leakyRelu": lambda z: F.leaky_relu(z, 0.2),
    "linear": lambda z: z,
}


def training_case(name, task, hidden, loss_name, optimizer, rows=60, inputs=5, classes=1, batch=16, l2=0.0,
                  weighted=False):
    """Five epochs; the order of each epoch is given, so that no shuffle has to agree."""
    x = rng.standard_normal((rows, inputs)).astype(np.float32)
    if task == "multiclass":
        label = rng.integers(0, classes, rows)
        y = np.eye(classes, dtype=np.float32)[label]
    elif task == "binary":
        y = (x[:, :1] + 0.5 * rng.standard_normal((rows, 1)) > 0).astype(np.float32)
    else:
        y = (x[:, :1] * 2 - x[:, 1:2] + 0.1 * rng.standard_normal((rows, 1))).astype(np.float32)
    weights = rng.uniform(0.5, 2, rows).astype(np.float32) if weighted else None
    widths = [inputs] + [units for units, _ in hidden] + [y.shape[1]]
    parameters = []
    for fan_in, fan_out in zip(widths, widths[1:]):
        parameters.append(torch.tensor(rng.standard_normal((fan_in, fan_out)) * np.sqrt(1 / fan_in),
                                       dtype=torch.float32, requires_grad=True))
        parameters.append(torch.tensor(rng.standard_normal(fan_out) * 0.1, dtype=torch.float32,
                                       requires_grad=True))
    initial = np.concatenate([p.detach().numpy().ravel() for p in parameters])
    if optimizer["type"] == "adam":
        torch_optimizer = torch.optim.Adam(parameters, lr=optimizer["learningRate"],
                                           eps=optimizer["epsilon"])
    else:
        torch_optimizer = torch.optim.SGD(parameters, lr=optimizer["learningRate"],
                                          momentum=optimizer["momentum"], nesterov=optimizer["nesterov"])
    xt, yt = torch.tensor(x), torch.tensor(y)
    wt = torch.ones(rows) if weights is None else torch.tensor(weights)

    def forward(a):
        for i, (_, activation) in enumerate(hidden):
            a = ACTIVATIONS[activation](a @ parameters[2 * i] + parameters[2 * i + 1])
        return a @ parameters[-2] + parameters[-1]

    def row_losses(z, target):
        if loss_name == "binaryCrossEntropy":
            return F.binary_cross_entropy_with_logits(z, target, reduction="none").mean(1)
        if loss_name == "categoricalCrossEntropy":
            return F.cross_entropy(z, target, reduction="none")
        if loss_name == "meanAbsoluteError":
            return (z - target).abs().mean(1)
        return ((z - target) ** 2).mean(1)

    orders, epoch_losses = [], []
    for _ in range(5):
        order = rng.permutation(rows)
        orders.append(order.tolist())
        total = 0.0
        for at in range(0, rows, batch):
            pick = order[at:at + batch]
            loss = (wt[pick] * row_losses(forward(xt[pick]), yt[pick])).sum() / len(pick)
            for kernel in parameters[0:-2:2]:
                loss = loss + l2 * (kernel ** 2).sum()
            torch_optimizer.zero_grad()
            loss.backward()
            torch_optimizer.step()
            total += float(loss.detach()) * len(pick)
        epoch_losses.append(total / rows)
    with torch.no_grad():
        outputs = forward(xt).numpy()
    return {
        "name": name, "task": task, "loss": loss_name, "hidden": hidden, "optimizer": optimizer, "rows": rows,
        "inputs": inputs, "outputs": y.shape[1], "batch": batch, "l2": l2, "x": floats(x), "y": floats(y),
        **({"weights": floats(weights)} if weighted else {}),
        "initial": floats(initial), "orders": orders, "epochLosses": epoch_losses,
        "finalOutputs": floats(outputs),
    }


def optimizer_case(config, keras_optimizer):
    """Ten steps of given gradients on twelve parameters."""
    initial = rng.standard_normal(12).astype(np.float32)
    gradients = rng.standard_normal((10, 12)).astype(np.float32)
    gradients[:, 3] = 0  # never moves
    gradients[:, 4] *= 1e-6  # epsilon counts
    variable = keras.Variable(initial, trainable=True)
    keras_optimizer.build([variable])
    steps = []
    for gradient in gradients:
        keras_optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        steps.append(floats(keras.ops.convert_to_numpy(variable)))
    return {"config": config, "initial": floats(initial), "gradients": [floats(g) for g in gradients],
            "steps": steps}


class FakeModel:
    """As much of a model as the callback touches."""

    def __init__(self):
        self.stop_training = False
        self.weights = [0]

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def early_stopping_case(losses, patience, min_delta):
    callback = keras.callbacks.EarlyStopping(monitor="val_loss", mode="min", patience=patience,
                                             min_delta=min_delta, restore_best_weights=True)
    model = FakeModel()
    callback.set_model(model)
    callback.on_train_begin()
    waits, epochs = [], 0
    for epoch, loss in enumerate(losses):
        model.set_weights([epoch + 1])
        callback.on_epoch_end(epoch, {"val_loss": loss})
        epochs = epoch + 1
        waits.append(int(callback.wait))
        if model.stop_training:
            break
    stopped = bool(model.stop_training)
    callback.on_train_end()
    return {"losses": losses, "patience": patience, "minDelta": min_delta, "epochs": epochs,
            "stopped": stopped, "waits": waits, "restoredEpoch": model.weights[0]}


def metric_cases():
    actual = rng.integers(0, 4, 200)
    probabilities = rng.dirichlet(np.ones(4), 200)
    predicted = np.where(rng.random(200) < 0.6, actual, probabilities.argmax(1))
    # Class 3 never occurs in the second one: recall is over classes that do.
    rare = np.minimum(actual, 2)
    binary = rng.integers(0, 2, 300)
    score = np.round(np.float32(binary * 0.3 + rng.random(300)), 1).astype(np.float32)  # many ties
    true = rng.standard_normal(100) * 50 + 1000
    guess = true + rng.standard_normal(100) * 7 + 1
    return {
        "classification": [
            {"actual": a.tolist(), "predicted": predicted.tolist(), "classes": 4,
             "accuracy": skm.accuracy_score(a, predicted),
             "balancedAccuracy": skm.recall_score(a, predicted, average="macro", labels=np.unique(a)),
             "macroF1": skm.f1_score(a, predicted, average="macro")}
            for a in (actual, rare)
        ],
        "rocAuc": {"positive": binary.tolist(), "score": floats(score), "value": skm.roc_auc_score(binary, score)},
        "rocAucOneVsRest": {"actual": actual.tolist(), "probabilities": probabilities.ravel().tolist(),
                            "classes": 4,
                            "value": skm.roc_auc_score(actual, probabilities, multi_class="ovr", average="macro"),
                            "logLoss": skm.log_loss(actual, probabilities)},
        "regression": {"actual": true.tolist(), "predicted": guess.tolist(),
                       "rmse": skm.root_mean_squared_error(true, guess),
                       "mae": skm.mean_absolute_error(true, guess), "r2": skm.r2_score(true, guess)},
    }


ADAM = {"type": "adam", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}
# PyTorch adds epsilon after the bias correction, Keras before: a tiny one makes that no difference.
ADAM_TINY = {**ADAM, "epsilon": 1e-10}
SGD = {"type": "sgd", "learningRate": 0.05, "momentum": 0.0, "nesterov": False}
MOMENTUM = {**SGD, "momentum": 0.9}
NESTEROV = {**MOMENTUM, "nesterov": True}

trainings = [
    training_case("binary, relu, Adam", "binary", [[16, "relu"], [8, "relu"]], "binaryCrossEntropy",
                  ADAM_TINY),
    training_case("multiclass, tanh and gelu, Adam, weighted rows", "multiclass", [[12, "tanh"], [7, "gelu"]],
                  "categoricalCrossEntropy", ADAM_TINY, classes=4, weighted=True),
    training_case("regression, selu and silu, SGD", "regression", [[10, "selu"], [6, "silu"]],
                  "meanSquaredError", {**SGD, "learningRate": 0.02}),
    training_case("regression, absolute error, elu and leaky relu, momentum", "regression",
                  [[10, "elu"], [6, "leakyRelu"]], "meanAbsoluteError", {**MOMENTUM, "learningRate": 0.01}),
    training_case("binary, sigmoid and softplus, Nesterov, L2", "binary", [[9, "sigmoid"], [5, "softplus"]],
                  "binaryCrossEntropy", NESTEROV, l2=0.01),
    training_case("logistic model, full batch", "multiclass", [], "categoricalCrossEntropy", SGD, classes=3,
                  batch=60),
]
optimizers = [
    optimizer_case(ADAM, keras.optimizers.Adam(0.01)),
    optimizer_case(SGD, keras.optimizers.SGD(0.05)),
    optimizer_case(MOMENTUM, keras.optimizers.SGD(0.05, momentum=0.9)),
    optimizer_case(NESTEROV, keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True)),
]
early_stopping = [
    early_stopping_case([1.0, 0.9, 0.95, 0.94, 0.93, 0.8], 3, 0.0),
    early_stopping_case([1.0, 0.9, 0.895, 0.85, 0.84, 0.83, 0.82], 2, 0.02),
    early_stopping_case([1.0, 1.1, 0.5], 1, 0.0),
    early_stopping_case([0.5, 0.4, 0.4, 0.3, 0.31, 0.29], 3, 0.0),
    early_stopping_case([0.5, 0.25, 0.125, 0.0625], 1, 0.0625),
]
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps({
    "versions": {"torch": torch.__version__, "keras": keras.__version__, "numpy": np.__version__,
                 "scikit-learn": sklearn.__version__},
    "trainings": trainings, "optimizers": optimizers, "earlyStopping": early_stopping, "metrics": metric_cases(),
}, separators=(",", ":")) + "\n")
print(OUT, OUT.stat().st_size, "bytes")
