"""Writes test/fixtures/training/updates.json and callbacks.json: what Keras (on JAX, in float64) and PyTorch make of the
same gradients, schedules, validation losses and initializers.

    python -m venv venv && venv/bin/pip install numpy jax keras torch
    KERAS_BACKEND=jax JAX_ENABLE_X64=1 venv/bin/python bench/reference/updates.py

Everything is computed in float64, so that a comparison shows the rule and not the rounding.
"""

import json
import math
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
import jax
import keras
import numpy as np
import torch

keras.config.set_floatx("float64")
FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "training"
VERSIONS = {"keras": keras.__version__, "jax": jax.__version__, "torch": torch.__version__, "numpy": np.__version__}
rng = np.random.default_rng(11)

STEPS = 10
SHAPES = [(2, 3), (2,)]  # a kernel, which decays, and a bias, which does not
SIZES = [6, 2]
INITIAL = rng.standard_normal(8)
GRADIENTS = rng.standard_normal((STEPS, 8))
GRADIENTS[:, 1] = 0  # never moves, unless it decays
GRADIENTS[:, 2] *= 1e-6  # epsilon counts
GRADIENTS[5:, 3] = 0  # momentum only
GRADIENTS[:, 4] = 10  # no variance


def rounded(values):
    """15 digits: enough for 1e-10, and the file stays small."""
    return [float(f"{float(v):.15g}") for v in np.asarray(values).ravel()]


def parts(flat):
    return [flat[:6].reshape(SHAPES[0]), flat[6:].reshape(SHAPES[1])]


def flat(variables):
    return np.concatenate([np.asarray(keras.ops.convert_to_numpy(v)).ravel() for v in variables])


# Optimizers


def keras_trace(optimizer, gradients=GRADIENTS, rates=None, constraint=None, initial=INITIAL):
    variables = [keras.Variable(part, dtype="float64") for part in parts(initial)]
    if constraint is not None:
        variables[0].constraint = constraint
    optimizer.exclude_from_weight_decay(var_list=[variables[1]])
    optimizer.build(variables)
    steps, averages = [], []
    for t, gradient in enumerate(gradients):
        if rates is not None:
            optimizer.learning_rate = rates[t]
        optimizer.apply([keras.ops.convert_to_tensor(part) for part in parts(gradient)], variables)
        steps.append(rounded(flat(variables)))
        if optimizer.use_ema:
            averages.append(rounded(flat(optimizer._model_variables_moving_average)))
    return steps, averages


def torch_trace(make, decay=0.0, before=None):
    parameters = [torch.tensor(part.copy(), dtype=torch.float64, requires_grad=True) for part in parts(INITIAL)]
    groups = [{"params": [parameters[0]], "weight_decay": decay}, {"params": [parameters[1]], "weight_decay": 0.0}]
    optimizer = make(groups)
    steps = []
    for t, gradient in enumerate(GRADIENTS):
        if before is not None:
            before(optimizer, t + 1)
        for parameter, part in zip(parameters, parts(gradient)):
            parameter.grad = torch.tensor(part.copy())
        optimizer.step()
        steps.append(rounded(np.concatenate([p.detach().numpy().ravel() for p in parameters])))
    return steps


def inner_epsilon(epsilon, beta2):
    """PyTorch's Adam adds epsilon after the bias correction: so much of it is Keras' epsilon before."""

    def set_it(optimizer, t):
        for group in optimizer.param_groups:
            group["eps"] = epsilon / math.sqrt(1 - beta2**t)

    return set_it


TINY = 1e-24  # where one library has epsilon inside the root and the other outside
RATES = [0.01 * (1 + 0.3 * t) for t in range(STEPS)]
K, T = keras.optimizers, torch.optim
optimizers = []


def optimizer_case(config, keras_optimizer, torch_steps=None, rates=None):
    steps, _ = keras_trace(keras_optimizer, rates=rates)
    optimizers.append({
        "config": config, "keras": steps,
        **({} if torch_steps is None else {"torch": torch_steps}),
        **({} if rates is None else {"rates": rates}),
    })


def lr(config):
    return config["learningRate"]


adam = {"type": "adam", "learningRate": 0.01, "epsilon": 1e-7}
optimizer_case(adam, K.Adam(0.01), torch_trace(lambda g: T.Adam(g, lr=0.01), before=inner_epsilon(1e-7, 0.999)))
odd = {**adam, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}
optimizer_case(odd, K.Adam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
               torch_trace(lambda g: T.Adam(g, lr=0.01, betas=(0.8, 0.95)), before=inner_epsilon(1e-3, 0.95)))
optimizer_case(adam, K.Adam(0.01), rates=RATES)
decayed = {**adam, "weightDecay": 0.1}
optimizer_case(decayed, K.Adam(0.01, weight_decay=0.1), rates=RATES)
optimizer_case({**adam, "type": "adamW", "weightDecay": 0.3}, K.AdamW(0.01, weight_decay=0.3),
               torch_trace(lambda g: T.AdamW(g, lr=0.01), decay=0.3, before=inner_epsilon(1e-7, 0.999)))
sgd = {"type": "sgd", "learningRate": 0.05}
optimizer_case(sgd, K.SGD(0.05), torch_trace(lambda g: T.SGD(g, lr=0.05)))
optimizer_case({**sgd, "weightDecay": 0.5}, K.SGD(0.05, weight_decay=0.5), rates=RATES)
for nesterov in (False, True):
    rolled = {**sgd, "momentum": 0.9, "nesterov": nesterov}
    optimizer_case(rolled, K.SGD(0.05, momentum=0.9, nesterov=nesterov),
                   torch_trace(lambda g: T.SGD(g, lr=0.05, momentum=0.9, nesterov=nesterov)))
    optimizer_case(rolled, K.SGD(0.05, momentum=0.9, nesterov=nesterov), rates=RATES)
for centered in (False, True):
    for momentum in (0.0, 0.8):
        config = {"type": "rmsProp", "learningRate": 0.01, "rho": 0.85, "momentum": momentum, "centered": centered}
        # Keras takes the variance as a difference, which for a constant gradient of 10 has no digits left.
        optimizer_case({**config, "epsilon": 1e-3},
                       K.RMSprop(0.01, rho=0.85, momentum=momentum, centered=centered, epsilon=1e-3))
        optimizer_case({**config, "epsilon": TINY},
                       K.RMSprop(0.01, rho=0.85, momentum=momentum, centered=centered, epsilon=TINY),
                       torch_trace(lambda g: T.RMSprop(g, lr=0.01, alpha=0.85, eps=TINY, momentum=momentum,
                                                       centered=centered)))
optimizer_case({"type": "rmsProp", "learningRate": 0.01, "momentum": 0.5, "weightDecay": 0.2},
               K.RMSprop(0.01, momentum=0.5, weight_decay=0.2), rates=RATES)
for initial, epsilon in ((0.1, 1e-7), (0.0, 1e-3)):
    optimizer_case({"type": "adagrad", "learningRate": 0.1, "initialAccumulator": initial, "epsilon": epsilon},
                   K.Adagrad(0.1, initial_accumulator_value=initial, epsilon=epsilon))
optimizer_case({"type": "adagrad", "learningRate": 0.1, "initialAccumulator": 0.1, "epsilon": TINY, "weightDecay": 0.2},
               K.Adagrad(0.1, initial_accumulator_value=0.1, epsilon=TINY, weight_decay=0.2))
optimizer_case({"type": "adagrad", "learningRate": 0.1, "initialAccumulator": 0.1, "epsilon": TINY},
               K.Adagrad(0.1, initial_accumulator_value=0.1, epsilon=TINY),
               torch_trace(lambda g: T.Adagrad(g, lr=0.1, initial_accumulator_value=0.1, eps=TINY)))
optimizer_case({"type": "adadelta", "learningRate": 1.0, "rho": 0.95, "epsilon": 1e-7}, K.Adadelta(1.0),
               torch_trace(lambda g: T.Adadelta(g, lr=1.0, rho=0.95, eps=1e-7)))
optimizer_case({"type": "adadelta", "learningRate": 0.5, "rho": 0.8, "epsilon": 1e-3, "weightDecay": 0.1},
               K.Adadelta(0.5, rho=0.8, epsilon=1e-3, weight_decay=0.1), rates=RATES)
optimizer_case({"type": "nadam", "learningRate": 0.01, "epsilon": 1e-7}, K.Nadam(0.01),
               torch_trace(lambda g: T.NAdam(g, lr=0.01, eps=1e-7, momentum_decay=1)))
optimizer_case({"type": "nadam", "learningRate": 0.01, "beta1": 0.7, "epsilon": 1e-3, "weightDecay": 0.1},
               K.Nadam(0.01, beta_1=0.7, epsilon=1e-3, weight_decay=0.1), rates=RATES)
optimizer_case({"type": "lion", "learningRate": 0.01}, K.Lion(0.01))
optimizer_case({"type": "lion", "learningRate": 0.01, "beta1": 0.6, "beta2": 0.95, "weightDecay": 0.3},
               K.Lion(0.01, beta_1=0.6, beta_2=0.95, weight_decay=0.3), rates=RATES)

# What stands around the optimizer

rules = []


def rule_case(name, config, keras_optimizer, constraint=None, **rule):
    steps, averages = keras_trace(keras_optimizer, constraint=constraint)
    rules.append({"name": name, "optimizer": config, **rule, "keras": steps,
                  **({"averages": averages} if averages else {})})


for limit in (0.5, 3.0, 100.0):
    rule_case("value", sgd, K.SGD(0.05, clipvalue=limit), clipping={"type": "value", "limit": limit})
    rule_case("norm", sgd, K.SGD(0.05, clipnorm=limit), clipping={"type": "norm", "limit": limit})
    rule_case("global norm", sgd, K.SGD(0.05, global_clipnorm=limit), clipping={"type": "globalNorm", "limit": limit})
rule_case("accumulation", adam, K.Adam(0.01, gradient_accumulation_steps=3), accumulateBatches=3)
rule_case("accumulation and clipping", decayed,
          K.Adam(0.01, weight_decay=0.1, gradient_accumulation_steps=2, global_clipnorm=2.0),
          accumulateBatches=2, clipping={"type": "globalNorm", "limit": 2.0})
rule_case("averaging", sgd, K.SGD(0.05, use_ema=True, ema_momentum=0.8), averaging={"momentum": 0.8})
rule_case("averaging and clipping", adam, K.Adam(0.01, use_ema=True, ema_momentum=0.99, clipnorm=1.0),
          averaging={"momentum": 0.99}, clipping={"type": "norm", "limit": 1.0})
rule_case("max norm", sgd, K.SGD(0.05, momentum=0.0), constraint=keras.constraints.MaxNorm(0.75, axis=0), maxNorm=0.75)

norms = []
for shape in ((4, 3), (2, 3, 4), (5, 1)):
    w = rng.standard_normal(shape) * rng.choice([0.1, 1, 5], shape[-1])
    axis = list(range(len(shape) - 1))
    columns = torch.tensor(w.reshape(-1, shape[-1]).T.copy())
    norms.append({"shape": shape, "maxNorm": 1.5, "values": rounded(w),
                  "keras": rounded(keras.ops.convert_to_numpy(keras.constraints.MaxNorm(1.5, axis=axis)(w))),
                  "torch": rounded(torch.renorm(columns, 2, 0, 1.5).numpy().T)})
penalty_w = rng.standard_normal(6)
penalty_w[2] = 0
penalty_tensor = torch.tensor(penalty_w, requires_grad=True)
(0.02 * penalty_tensor.abs().sum() + 0.3 * (penalty_tensor**2).sum()).backward()
# JAX takes 1 for the slope of |w| at 0, PyTorch and TensorFlow take 0.
penalty = {"values": rounded(penalty_w), "l1": 0.02, "l2": 0.3,
           "keras": float(keras.regularizers.L1L2(l1=0.02, l2=0.3)(penalty_w)),
           "torchGradient": rounded(penalty_tensor.grad.numpy())}

# Schedules

S = keras.optimizers.schedules
BASE = np.float64(0.02)  # a plain float would be taken as float32
schedules = []


def schedule_case(schedule, per_epoch, epochs, rate, warmup=0.0, base=0.02, source="keras"):
    rates = [rate(step) for step in range(round(per_epoch * epochs))]
    schedules.append({"schedule": schedule, "stepsPerEpoch": per_epoch, "epochs": epochs, "warmupEpochs": warmup,
                      "learningRate": base, "source": source, "rates": rounded(rates)})


schedule_case({"type": "exponential", "rate": 0.9}, 7, 5, S.ExponentialDecay(BASE, 7, 0.9))
schedule_case({"type": "cosine", "minimum": 0.1}, 6, 6, S.CosineDecay(BASE, 36, alpha=0.1))
schedule_case({"type": "cosine"}, 6, 6, S.CosineDecay(0 * BASE, 24, warmup_target=0.02, warmup_steps=12), warmup=2)
schedule_case({"type": "cosine", "minimum": 0.05}, 5, 6,
              S.CosineDecay(0 * BASE, 22.5, alpha=0.05, warmup_target=0.02, warmup_steps=7.5), warmup=1.5)
schedule_case({"type": "cosineRestarts", "firstEpochs": 2, "lengthFactor": 2, "heightFactor": 0.8, "minimum": 0.1}, 4, 14,
              S.CosineDecayRestarts(BASE, 8, t_mul=2.0, m_mul=0.8, alpha=0.1))
schedule_case({"type": "cosineRestarts", "firstEpochs": 3, "lengthFactor": 1, "heightFactor": 0.5}, 5, 10,
              S.CosineDecayRestarts(BASE, 15, t_mul=1.0, m_mul=0.5))
schedule_case({"type": "cosineRestarts", "firstEpochs": 1.5, "lengthFactor": 1.5}, 6, 10,
              S.CosineDecayRestarts(BASE, 9, t_mul=1.5))


def torch_rates(make, steps):
    optimizer = T.SGD([torch.zeros(1, requires_grad=True)], lr=0.02)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


step_epochs = torch_rates(lambda o: T.lr_scheduler.StepLR(o, 3, gamma=0.4), 10)
schedule_case({"type": "step", "everyEpochs": 3, "factor": 0.4}, 5, 10, lambda step: step_epochs[step // 5],
              source="torch")
for per_epoch, epochs, rise, start, end in ((6, 10, 0.3, 0.04, 4e-6), (5, 4, 0.5, 0.1, 0.01), (7, 3, 0.25, 1.0, 1e-3)):
    total = per_epoch * epochs
    one = torch_rates(lambda o: T.lr_scheduler.OneCycleLR(
        o, 0.02, total_steps=total, pct_start=rise, cycle_momentum=False, div_factor=1 / start,
        final_div_factor=start / end), total)
    schedule_case({"type": "oneCycle", "rise": rise, "startFactor": start, "endFactor": end}, per_epoch, epochs,
                  lambda step: one[step], source="torch")

# Initializers: moments of many draws, and one orthogonal matrix from given numbers

I = keras.initializers
initializers = []
for name, make in {
    "glorotUniform": I.GlorotUniform, "glorotNormal": I.GlorotNormal, "heUniform": I.HeUniform, "heNormal": I.HeNormal,
    "lecunUniform": I.LecunUniform, "lecunNormal": I.LecunNormal, "normal": I.RandomNormal,
    "uniform": I.RandomUniform, "truncatedNormal": I.TruncatedNormal,
}.items():
    for shape in ((300, 200), (3, 80, 250)):
        w = np.asarray(make(seed=3)(shape))
        receptive = math.prod(shape[:-2])
        initializers.append({"name": name, "shape": shape, "fanIn": shape[-2] * receptive, "fanOut": shape[-1] * receptive,
                             "mean": float(w.mean()), "variance": float(w.var()), "min": float(w.min()),
                             "max": float(w.max())})
orthogonal = []
for many, few in ((5, 3), (4, 4), (6, 1)):
    a = rng.standard_normal((many, few))
    q, r = keras.ops.qr(keras.ops.convert_to_tensor(a))
    orthogonal.append({"rows": many, "columns": few, "values": rounded(a), "q": rounded(q * keras.ops.sign(keras.ops.diag(r)))})

FIXTURES.joinpath("updates.json").write_text(json.dumps({
    "versions": VERSIONS, "shapes": SHAPES, "initial": rounded(INITIAL), "gradients": [rounded(g) for g in GRADIENTS],
    "optimizers": optimizers, "rules": rules, "norms": norms, "penalty": penalty, "schedules": schedules,
    "initializers": initializers, "orthogonal": orthogonal,
}, separators=(",", ":")) + "\n")

# Callbacks


class FakeOptimizer:
    """As much of an optimizer as ReduceLROnPlateau touches; Keras keeps rates in float32."""

    def __init__(self, rate):
        self._rate = np.float32(rate)

    @property
    def learning_rate(self):
        return self._rate

    @learning_rate.setter
    def learning_rate(self, rate):
        self._rate = np.float32(rate)


class FakeModel:
    """As much of a model as the callbacks touch."""

    def __init__(self, rate=0.1):
        self.stop_training = False
        self.weights = [0]
        self.optimizer = FakeOptimizer(rate)

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def told(value):
    return "NaN" if math.isnan(value) else value


def random_values(length):
    """Two decimals, so that there are ties; falling, then wandering."""
    drift = np.minimum(np.arange(length), rng.integers(2, 12)) * -0.05
    return [round(float(v), 2) for v in 1 + drift + rng.normal(0, 0.08, length)]


def early_stopping_case():
    values = random_values(int(rng.integers(5, 31)))
    if rng.random() < 0.2:
        values[int(rng.integers(0, 4))] = math.nan
    mode = "max" if rng.random() < 0.5 else "min"
    rule = {"patience": int(rng.integers(1, 6)), "minDelta": float(rng.choice([0, 0, 0.01, 0.05])),
            "startFromEpoch": int(rng.choice([0, 0, 0, 1, 2, 5]))}
    callback = keras.callbacks.EarlyStopping(
        monitor="value", mode=mode, patience=rule["patience"], min_delta=rule["minDelta"],
        start_from_epoch=rule["startFromEpoch"], restore_best_weights=True)
    model = FakeModel()
    callback.set_model(model)
    callback.on_train_begin()
    waits = []
    for epoch, value in enumerate(values):
        model.set_weights([epoch + 1])
        callback.on_epoch_end(epoch, {"value": value})
        waits.append(int(callback.wait))
        if model.stop_training:
            break
    last = model.weights[0]
    callback.on_train_end()
    restored = model.weights[0] if callback.best_weights is not None else 0
    return {"mode": mode, **rule, "values": [told(v) for v in values], "waits": waits,
            "stopped": bool(model.stop_training), "lastEpoch": last, "bestEpoch": restored}


def plateau_case():
    values = random_values(int(rng.integers(8, 41)))
    if rng.random() < 0.1:
        values[int(rng.integers(1, 4))] = math.nan
    rule = {"factor": float(rng.choice([0.1, 0.5, 0.3])), "patience": int(rng.integers(1, 5)),
            "minDelta": float(rng.choice([0, 0.0001, 0.02])), "cooldown": int(rng.choice([0, 0, 1, 3])),
            "minimum": float(rng.choice([0, 0.0078125, 0.02, 0.25]))}
    model = FakeModel(0.1)
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="value", mode="min", factor=rule["factor"], patience=rule["patience"], min_delta=rule["minDelta"],
        cooldown=rule["cooldown"], min_lr=rule["minimum"])
    callback.set_model(model)
    callback.on_train_begin()
    rates, waits, cooldowns = [], [], []
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"value": value})
        rates.append(float(f"{float(model.optimizer.learning_rate):.8g}"))
        waits.append(int(callback.wait))
        cooldowns.append(int(callback.cooldown_counter))
    return {**rule, "learningRate": 0.1, "values": [told(v) for v in values], "rates": rates, "waits": waits,
            "cooldowns": cooldowns}


FIXTURES.joinpath("callbacks.json").write_text(json.dumps({
    "versions": VERSIONS,
    "earlyStopping": [early_stopping_case() for _ in range(120)],
    "plateau": [plateau_case() for _ in range(80)],
}, separators=(",", ":")) + "\n")
for name in ("updates.json", "callbacks.json"):
    print(name, FIXTURES.joinpath(name).stat().st_size, "bytes")
