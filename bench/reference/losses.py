"""Writes test/fixtures/training/losses.json: value and gradient of every loss in Keras and PyTorch, in float64.

    python -m venv venv && venv/bin/pip install numpy jax keras torch
    venv/bin/python bench/reference/losses.py

Where PyTorch has no such loss (focal, quantile) its formula is written out and differentiated by PyTorch; a loss of
both is held against each other here and stored once.
"""

import json
from pathlib import Path

from networks import VERSIONS, Dyadic, F, jax, jnp, keras, np, rounded, torch

OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "training" / "losses.json"
# Keras keeps probabilities so far from 0 and 1.
keras.config.set_epsilon(1e-300)
ROWS = 12
KERAS, TORCH = f"Keras {keras.__version__}", f"PyTorch {torch.__version__.split('+')[0]}"
L = keras.losses
cases = []

ACTIVATIONS = {
    "linear": (lambda z: z, lambda z: z),
    "sigmoid": (keras.activations.sigmoid, torch.sigmoid),
    "softmax": (keras.activations.softmax, lambda z: z.softmax(1)),
    "tanh": (keras.activations.tanh, torch.tanh),
    "softplus": (keras.activations.softplus, F.softplus),
    "relu": (keras.activations.relu, F.relu),
    "exponential": (keras.activations.exponential, torch.exp),
}


def targets(task, width, stream, loss):
    if task == "multiclass":
        return np.eye(width)[[stream.next_int(width) for _ in range(ROWS)]]
    if task == "binary":
        return np.array([[stream.next_int(2)] for _ in range(ROWS)], dtype=float)
    if loss == "poisson":
        return np.array([[stream.next_int(5)] for _ in range(ROWS)], dtype=float)
    return 2 * stream.array((ROWS, width))


def case(task, loss, activation, keras_loss, torch_loss, *, width=None, y=None, scale=3, note=""):
    """@param keras_loss, torch_loss of (y, raw outputs) to one number a row; None where the library has none"""
    width = width or (3 if task == "multiclass" else 1)
    stream = Dyadic(500 + len(cases))
    outputs = scale * stream.array((ROWS, width))
    y = targets(task, width, stream, loss["type"]) if y is None else y
    for weights in (None, 1 + stream.array(ROWS)):
        w = np.ones(ROWS) if weights is None else weights
        found = []
        if keras_loss is not None:
            value, gradient = jax.value_and_grad(lambda z: jnp.sum(w * keras_loss(jnp.asarray(y), z)) / ROWS)(
                jnp.asarray(outputs))
            found.append((KERAS, float(value), np.asarray(gradient)))
        if torch_loss is not None:
            z = torch.tensor(outputs, requires_grad=True)
            value = (torch.tensor(w) * torch_loss(torch.tensor(y), z)).mean()
            value.backward()
            found.append((TORCH, float(value.detach()), z.grad.numpy()))
        _, value, gradient = found[0]
        for name, other, slopes in found[1:]:
            worst = max(abs(other - value) / abs(value), np.abs(slopes - gradient).max() / np.abs(gradient).max())
            assert worst < 1e-12, (task, loss, activation, name, worst)
        cases.append({
            "task": task, "loss": loss, "outputActivation": activation, "note": note, "rows": ROWS, "width": width,
            "sources": [name for name, *_ in found], "outputs": rounded(outputs, 15), "y": rounded(y, 15),
            **({} if weights is None else {"weights": rounded(weights, 15)}),
            "value": rounded([value], 14)[0], "gradient": rounded(gradient, 13),
        })


def keras_rows(loss, activation="linear", index=False):
    """The function behind a Keras loss: one number a row."""
    before = ACTIVATIONS[activation][0]
    return lambda y, z: loss(reduction=None)(y.argmax(1) if index else y, before(z))


def torch_rows(loss, activation="linear"):
    after = ACTIVATIONS[activation][1]
    return lambda y, z: loss(after(z), y).mean(1)


def made(cls, **options):
    return lambda reduction: cls(reduction=reduction, **options)


# Losses of numbers, behind every activation an output may have
HUBER = F.huber_loss
distances = [
    ({"type": "meanSquaredError"}, made(L.MeanSquaredError), lambda a, y: F.mse_loss(a, y, reduction="none")),
    ({"type": "meanAbsoluteError"}, made(L.MeanAbsoluteError), lambda a, y: F.l1_loss(a, y, reduction="none")),
    *(({"type": "huber", "delta": d}, made(L.Huber, delta=d),
       lambda a, y, d=d: HUBER(a, y, delta=d, reduction="none")) for d in (1, 0.4)),
    ({"type": "logCosh"}, made(L.LogCosh), None),
]
for loss, keras_loss, torch_loss in distances:
    for activation in ("linear", "sigmoid", "tanh", "softplus", "relu", "exponential"):
        if loss.get("delta", 1) != 1 and activation != "linear":
            continue
        case("regression", loss, activation, keras_rows(keras_loss, activation),
             None if torch_loss is None else torch_rows(torch_loss, activation))
for loss, keras_loss, torch_loss in distances:
    case("regression", loss, "linear", keras_rows(keras_loss), None if torch_loss is None else torch_rows(torch_loss),
         width=3, note="three outputs")
for q in (0.5, 0.9):
    # sklearn.metrics.mean_pinball_loss gives its value; neither library has it, so PyTorch differentiates the formula.
    case("regression", {"type": "quantile", "quantile": q}, "linear", None,
         torch_rows(lambda a, y, q=q: torch.maximum(q * (y - a), (q - 1) * (y - a))), note="formula, by PyTorch's autograd")
case("regression", {"type": "poisson"}, "exponential", keras_rows(made(L.Poisson), "exponential"),
     lambda y, z: F.poisson_nll_loss(z, y, log_input=True, reduction="none").mean(1))

# Two classes
for smoothing in (0, 0.2):
    case("binary", {"type": "binaryCrossEntropy", "labelSmoothing": smoothing}, "sigmoid",
         keras_rows(made(L.BinaryCrossentropy, from_logits=True, label_smoothing=smoothing)),
         lambda y, z, s=smoothing: F.binary_cross_entropy_with_logits(z, y * (1 - s) + s / 2, reduction="none").mean(1))
for gamma, alpha in ((2, None), (2, 0.25), (0.5, 0.8), (0, None), (0, 0.3), (1, 0.5)):
    def binary_focal(y, z, gamma=gamma, alpha=alpha):
        """As torchvision.ops.sigmoid_focal_loss."""
        p = torch.sigmoid(z)
        right = p * y + (1 - p) * (1 - y)
        share = 1 if alpha is None else alpha * y + (1 - alpha) * (1 - y)
        return (share * F.binary_cross_entropy_with_logits(z, y, reduction="none") * (1 - right) ** gamma).mean(1)

    case("binary", {"type": "focal", "gamma": gamma, **({} if alpha is None else {"alpha": alpha})}, "sigmoid",
         keras_rows(made(L.BinaryFocalCrossentropy, gamma=gamma, from_logits=True,
                         **({} if alpha is None else {"apply_class_balancing": True, "alpha": alpha}))), binary_focal)
for activation in ("linear", "tanh"):
    # PyTorch's is max(0, margin - distance) where its own target is -1: the distance is the margin of ours.
    case("binary", {"type": "hinge"}, activation, keras_rows(made(L.Hinge), activation), torch_rows(
        lambda a, y: F.hinge_embedding_loss((2 * y - 1) * a, torch.full_like(a, -1), reduction="none"),
        activation))
for activation in ("sigmoid", "linear"):
    case("binary", {"type": "meanSquaredError"}, activation, keras_rows(made(L.MeanSquaredError), activation),
         torch_rows(lambda a, y: F.mse_loss(a, y, reduction="none"), activation))

# Three classes
for smoothing in (0, 0.2):
    case("multiclass", {"type": "categoricalCrossEntropy", "labelSmoothing": smoothing}, "softmax",
         keras_rows(made(L.CategoricalCrossentropy, from_logits=True, label_smoothing=smoothing)),
         lambda y, z, s=smoothing: F.cross_entropy(z, y, reduction="none", label_smoothing=s))
case("multiclass", {"type": "sparseCategoricalCrossEntropy"}, "softmax",
     keras_rows(made(L.SparseCategoricalCrossentropy, from_logits=True), index=True),
     lambda y, z: F.cross_entropy(z, y.argmax(1), reduction="none"))
for gamma in (2, 0.5, 0):
    def categorical_focal(y, z, gamma=gamma):
        log_p = (y * F.log_softmax(z, 1)).sum(1)
        return -((1 - log_p.exp()) ** gamma) * log_p

    # Its alpha multiplies every class alike: 1 is none.
    case("multiclass", {"type": "focal", "gamma": gamma}, "softmax",
         keras_rows(made(L.CategoricalFocalCrossentropy, gamma=gamma, alpha=1.0, from_logits=True)), categorical_focal)
for activation in ("linear", "tanh"):
    case("multiclass", {"type": "hinge"}, activation, keras_rows(made(L.CategoricalHinge), activation), None,
         note="Keras' CategoricalHinge: a wrong output below 0 counts as 0")
for activation in ("softmax", "sigmoid", "linear"):
    case("multiclass", {"type": "meanSquaredError"}, activation, keras_rows(made(L.MeanSquaredError), activation),
         torch_rows(lambda a, y: F.mse_loss(a, y, reduction="none"), activation))
# Rows that are sure, right or wrong
case("multiclass", {"type": "categoricalCrossEntropy"}, "softmax",
     keras_rows(made(L.CategoricalCrossentropy, from_logits=True)),
     lambda y, z: F.cross_entropy(z, y, reduction="none"), scale=200, note="outputs up to 200")
case("binary", {"type": "binaryCrossEntropy"}, "sigmoid", keras_rows(made(L.BinaryCrossentropy, from_logits=True)),
     torch_rows(lambda a, y: F.binary_cross_entropy_with_logits(a, y, reduction="none")), scale=200,
     note="outputs up to 200")

OUT.write_text(json.dumps({"versions": VERSIONS, "cases": cases}, separators=(",", ":")) + "\n")
print(OUT, len(cases), "cases", OUT.stat().st_size, "bytes")
