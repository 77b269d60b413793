"""Reads the same model config as src/core/model/planBuilder.ts and computes it with layers of Keras and of PyTorch.

Everything in float64, so that a comparison shows the rule and not the rounding. Parameters have the names, shapes and
order of our flat vector; `values` makes the same numbers as test/core/train/dyadic.ts, exact in float32 too.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
import jax
import jax.numpy as jnp
import keras
import numpy as np
import torch
import torch.nn.functional as F
from keras.src.backend.common import dtypes
from torch.func import functional_call

keras.config.set_floatx("float64")
# Else some operations (tanh, mean, ...) answer in float32 whatever floatx says, "to be aligned with JAX's default".
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
torch.set_default_dtype(torch.float64)
VERSIONS = {"keras": keras.__version__, "jax": jax.__version__, "torch": torch.__version__, "numpy": np.__version__}

# What the columns of a table are, as src/core/model/inputSlice.ts
STEPS, WORDS = 5, 7
NUMBERS = [{"kind": "numbers", "start": 0, "width": 4}]
TEXT = [{"kind": "tokens", "column": "review", "start": 0, "width": STEPS, "size": WORDS}]
TABLE = [{"kind": "numbers", "start": 0, "width": 2}, {"kind": "ids", "column": "city", "start": 2, "size": 4},
         {"kind": "numbers", "start": 3, "width": 1}, {"kind": "ids", "column": "kind", "start": 4, "size": 3}]
MIXED = [{"kind": "numbers", "start": 0, "width": 2}, {"kind": "ids", "column": "city", "start": 2, "size": 4},
         {"kind": "tokens", "column": "review", "start": 3, "width": STEPS, "size": WORDS}]


class Dyadic:
    """Multiples of 2^-15 in [-1, 1) of a linear congruential generator."""

    def __init__(self, seed):
        self.state = seed

    def next_int(self, below=65536):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return (self.state >> 16) % below

    def next(self):
        return self.next_int() / 32768 - 1

    def array(self, shape):
        return np.array([self.next() for _ in range(int(np.prod(shape)))]).reshape(shape)


def rounded(values, digits=12):
    return [float(f"{float(v):.{digits}g}") for v in np.asarray(values).ravel()]


def initial(layout, seed):
    """Scales and variances of 0.5 .. 1.5, all else of -0.5 .. 0.5."""
    stream = Dyadic(seed)
    return {name: (1 if name.endswith(("/gamma", "/movingVariance")) else 0) + stream.array(shape) / 2
            for name, shape in layout.items()}


def rows_of(inputs, rows, stream, lengths=None):
    """Numbers of -2 .. 2, ids, and texts that end in padding; column by column."""
    columns = []
    for s in inputs:
        if s["kind"] == "numbers":
            columns.append(2 * stream.array((rows, s["width"])))
        elif s["kind"] == "ids":
            columns.append(np.array([[stream.next_int(s["size"])] for _ in range(rows)]))
        else:
            words = [lengths[i % len(lengths)] for i in range(rows)]
            columns.append(np.array([[1 + stream.next_int(s["size"] - 1) if j < n else 0 for j in range(s["width"])]
                                     for n in words]))
    return np.concatenate([np.asarray(c, dtype=float) for c in columns], 1)


# The two libraries


class Keras:
    name = f"Keras {keras.__version__}"
    tensor = staticmethod(jnp.asarray)

    @staticmethod
    def call(layer, parameters, state, *inputs, shape=None, **options):
        layer.build(inputs[0].shape if shape is None else shape)
        return layer.stateless_call(parameters, state, *inputs, **options)

    @staticmethod
    def activation(name):
        if name == "leakyRelu":
            return lambda z: keras.activations.leaky_relu(z, negative_slope=0.2)
        if name == "gelu":
            return lambda z: keras.activations.gelu(z, approximate=False)
        return getattr(keras.activations, name)

    def dense(self, x, kernel, bias, activation):
        layer = keras.layers.Dense(kernel.shape[1], activation=self.activation(activation), use_bias=bias is not None)
        return self.call(layer, [kernel] + ([] if bias is None else [bias]), [], x)[0]

    def batch_norm(self, x, p, momentum, epsilon, training):
        layer = keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)
        y, (mean, variance) = self.call(layer, p[:2], p[2:], x, training=training)
        return y, mean, variance

    def layer_norm(self, x, gamma, beta, epsilon):
        return self.call(keras.layers.LayerNormalization(epsilon=epsilon), [gamma, beta], [], x)[0]

    def embedding(self, table, ids, padded):
        # Keras' own vector of padding is one that learns: ours is zero.
        if padded:
            table = table * (jnp.arange(table.shape[0]) > 0)[:, None]
        return self.call(keras.layers.Embedding(*table.shape), [table], [], jnp.asarray(ids))[0]

    def conv1d(self, x, kernel, bias, padding, dilation, activation):
        layer = keras.layers.Conv1D(kernel.shape[2], kernel.shape[0], padding=padding, dilation_rate=dilation,
                                    activation=self.activation(activation))
        return self.call(layer, [kernel, bias], [], x)[0]

    def recurrent(self, kind, x, mask, ways, sequence):
        units = ways[0]["recurrentKernel"].shape[0]
        make = keras.layers.LSTM if kind == "lstm" else keras.layers.GRU
        layer = make(units, return_sequences=sequence)
        parameters = []
        for p in ways:
            bias = (jnp.concatenate([p[n] for n in ("bias", "forgetBias", "cellBias", "outputBias")]) if kind == "lstm"
                    else jnp.stack([p["bias"], p["recurrentBias"]]))
            parameters += [p["kernel"], p["recurrentKernel"], bias]
        if len(ways) == 2:
            layer = keras.layers.Bidirectional(layer)
        layer.build(x.shape)
        state = [v.value for v in layer.non_trainable_variables]
        return layer.stateless_call(parameters, state, x, mask=None if mask is None else jnp.asarray(mask))[0]

    def attention(self, x, mask, kernel, bias, output_kernel, output_bias, heads):
        width = x.shape[2]
        layer = keras.layers.MultiHeadAttention(heads, width // heads)
        parameters = []
        for i in range(3):
            parameters += [kernel[:, i * width:(i + 1) * width].reshape(width, heads, -1),
                           bias[i * width:(i + 1) * width].reshape(heads, -1)]
        parameters += [output_kernel.reshape(heads, -1, width), output_bias]
        layer.build(x.shape, x.shape)
        state = [v.value for v in layer.non_trainable_variables]
        seen = None if mask is None else jnp.asarray(mask)[:, None, :]
        # Asked for its scores it does not take jax.nn.dot_product_attention, which computes them in float32.
        options = {"attention_mask": seen, "return_attention_scores": True}
        return layer.stateless_call(parameters, state, x, x, **options)[0][0]

    def transformer(self, x, mask, p, heads, activation):
        normed = self.layer_norm(x, p["norm1/gamma"], p["norm1/beta"], 1e-5)
        x = x + self.attention(normed, mask, *(p[f"attention/{n}"] for n in
                                               ("kernel", "bias", "outputKernel", "outputBias")), heads)
        normed = self.layer_norm(x, p["norm2/gamma"], p["norm2/beta"], 1e-5)
        inner = self.dense(normed, p["dense1/kernel"], p["dense1/bias"], activation)
        return x + self.dense(inner, p["dense2/kernel"], p["dense2/bias"], "linear")

    def pool(self, x, mask, method):
        mask = None if mask is None else jnp.asarray(mask)
        if method == "mean":
            return keras.layers.GlobalAveragePooling1D()(x, mask=mask)
        if method == "max":
            # Keras' has no mask.
            seen = x if mask is None else jnp.where(mask[:, :, None], x, -jnp.inf)
            return keras.layers.GlobalMaxPooling1D()(seen)
        if method == "first":
            return x[:, 0]
        return x[:, -1] if mask is None else x[jnp.arange(x.shape[0]), mask.sum(1) - 1]

    cat = staticmethod(lambda tensors, axis: keras.layers.Concatenate(axis=axis)(tensors))
    add = staticmethod(lambda a, b: keras.layers.Add()([a, b]))

    @staticmethod
    def gradients(f, parameters):
        tensors = {name: jnp.asarray(value) for name, value in parameters.items()}
        (_, output), gradients = jax.value_and_grad(f, has_aux=True)(tensors)
        return output, {name: np.asarray(g) for name, g in gradients.items()}


class Torch:
    name = f"PyTorch {torch.__version__.split('+')[0]}"
    tensor = staticmethod(torch.as_tensor)

    @staticmethod
    def activation(name):
        return {"linear": lambda z: z, "leakyRelu": lambda z: F.leaky_relu(z, 0.2), "exponential": torch.exp,
                "softmax": lambda z: z.softmax(-1)}.get(name) or getattr(F, name)

    def dense(self, x, kernel, bias, activation):
        return self.activation(activation)(F.linear(x, kernel.T, bias))

    def batch_norm(self, x, p, momentum, epsilon, training):
        gamma, beta, mean, variance = p
        channels = x if x.ndim == 2 else x.transpose(1, 2)
        new_mean, new_variance = mean.detach().clone(), variance.detach().clone()
        y = F.batch_norm(channels, new_mean, new_variance, gamma, beta, training, 1 - momentum, epsilon)
        if training:
            # PyTorch moves towards the variance over n - 1.
            n = channels.numel() / channels.shape[1]
            new_variance = momentum * variance + (new_variance - momentum * variance) * (n - 1) / n
        return (y if x.ndim == 2 else y.transpose(1, 2)), new_mean, new_variance

    def layer_norm(self, x, gamma, beta, epsilon):
        return F.layer_norm(x, gamma.shape, gamma, beta, epsilon)

    def embedding(self, table, ids, padded):
        ids = torch.as_tensor(ids)
        found = F.embedding(ids, table, padding_idx=0 if padded else None)
        # torch.nn.Embedding(padding_idx=0) starts with a zero there.
        return torch.where((ids > 0)[..., None], found, 0.0) if padded else found

    def conv1d(self, x, kernel, bias, padding, dilation, activation):
        x, kernel = x.transpose(1, 2), kernel.permute(2, 1, 0)
        if padding == "causal":
            x, padding = F.pad(x, ((kernel.shape[2] - 1) * dilation, 0)), "valid"
        z = F.conv1d(x, kernel, bias, padding=padding, dilation=dilation).transpose(1, 2)
        return self.activation(activation)(z)

    def recurrent(self, kind, x, mask, ways, sequence):
        width, units = x.shape[2], ways[0]["recurrentKernel"].shape[0]
        make = torch.nn.LSTM if kind == "lstm" else torch.nn.GRU
        module = make(width, units, batch_first=True, bidirectional=len(ways) == 2)
        parameters = {}
        for p, end in zip(ways, ("", "_reverse")):
            if kind == "lstm":
                order = slice(None)
                bias = torch.cat([p[n] for n in ("bias", "forgetBias", "cellBias", "outputBias")])
                recurrent_bias = torch.zeros_like(bias)
            else:
                # PyTorch: reset, update, new.
                order = [*range(units, 2 * units), *range(units), *range(2 * units, 3 * units)]
                bias, recurrent_bias = p["bias"], p["recurrentBias"]
            parameters |= {f"weight_ih_l0{end}": p["kernel"].T[order], f"bias_ih_l0{end}": bias[order],
                           f"weight_hh_l0{end}": p["recurrentKernel"].T[order], f"bias_hh_l0{end}": recurrent_bias[order]}
        lengths = torch.full((x.shape[0],), x.shape[1]) if mask is None else torch.as_tensor(mask).sum(1)
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        outputs, state = functional_call(module, parameters, (packed,))
        if sequence:
            return torch.nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=x.shape[1])[0]
        return torch.cat(tuple(state[0] if kind == "lstm" else state), 1)

    def transformer(self, x, mask, p, heads, activation):
        width = x.shape[2]
        module = torch.nn.TransformerEncoderLayer(width, heads, p["dense1/bias"].shape[0], 0.0,
                                                  self.activation(activation), 1e-5, True, True)
        parameters = {
            "norm1.weight": p["norm1/gamma"], "norm1.bias": p["norm1/beta"],
            "self_attn.in_proj_weight": p["attention/kernel"].T, "self_attn.in_proj_bias": p["attention/bias"],
            "self_attn.out_proj.weight": p["attention/outputKernel"].T,
            "self_attn.out_proj.bias": p["attention/outputBias"],
            "norm2.weight": p["norm2/gamma"], "norm2.bias": p["norm2/beta"],
            "linear1.weight": p["dense1/kernel"].T, "linear1.bias": p["dense1/bias"],
            "linear2.weight": p["dense2/kernel"].T, "linear2.bias": p["dense2/bias"],
        }
        hidden = None if mask is None else ~torch.as_tensor(mask)
        return functional_call(module, parameters, (x,), {"src_key_padding_mask": hidden})

    def pool(self, x, mask, method):
        mask = torch.ones(x.shape[:2], dtype=torch.bool) if mask is None else torch.as_tensor(mask)
        if method == "mean":
            return torch.where(mask[:, :, None], x, 0.0).sum(1) / mask.sum(1, keepdim=True)
        if method == "max":
            return x.masked_fill(~mask[:, :, None], -torch.inf).amax(1)
        return x[:, 0] if method == "first" else x[torch.arange(len(x)), mask.sum(1) - 1]

    cat = staticmethod(lambda tensors, axis: torch.cat(list(tensors), axis))
    add = staticmethod(torch.add)

    @staticmethod
    def gradients(f, parameters):
        tensors = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
        loss, output = f(tensors)
        loss.backward()
        return output.detach(), {name: np.zeros(t.shape) if t.grad is None else t.grad.numpy()
                                 for name, t in tensors.items()}


# From a config to a network


class Network:
    """`run` computes it; the first run of `layout_of` tells the names and shapes of its parameters, in our order."""

    def __init__(self, lib, model, inputs, outputs=None, training=True):
        self.lib, self.model, self.inputs, self.outputs, self.training = lib, model, inputs, outputs, training
        self.moved = {}

    def run(self, p, x):
        """@param p parameters by name, or a Recorder @param x [rows, columns], numpy"""
        self.p, self.x = p, x
        value, mask = self.entry()
        value, mask = self.stack(self.model["layers"], value, mask, "layer")
        if self.outputs is not None:
            value = self.dense("output", value, {"units": self.outputs, "activation": "linear"})
        self.mask = mask
        return value

    def parameter(self, id, name, shape):
        if isinstance(self.p, Recorder):
            return self.p.take(f"{id}/{name}", shape)
        return self.p[f"{id}/{name}"]

    def ids(self, start, steps=1):
        return self.x[:, start:start + steps].astype(np.int64)

    def entry(self):
        config = self.model.get("inputs", {})
        numbers = [s for s in self.inputs if s["kind"] == "numbers"]
        columns = np.concatenate([self.x[:, s["start"]:s["start"] + s["width"]] for s in numbers] or [self.x[:, :0]], 1)
        ends, mask = [], None
        if "columnsAsTokens" in config:
            ends.append(self.tokens(columns, config["columnsAsTokens"]))
        else:
            if columns.shape[1] > 0:
                ends.append(self.lib.tensor(columns))
            for s in self.inputs:
                if s["kind"] == "ids":
                    width = config["categories"]["dimensions"]
                    table = self.parameter(f"category:{s['column']}", "table", (s["size"], width))
                    ends.append(self.lib.embedding(table, self.ids(s["start"])[:, 0], False))
        for s in self.inputs:
            if s["kind"] == "tokens":
                ids = self.ids(s["start"], s["width"])
                id = f"text:{s['column']}"
                table = self.parameter(id, "table", (s["size"], config["text"]["dimensions"]))
                value, mask = self.stack(config["text"]["layers"], self.lib.embedding(table, ids, True), ids > 0, f"{id}.")
                ends.append(value)
        return (ends[0] if len(ends) == 1 else self.lib.cat(ends, 1)), mask

    def tokens(self, columns, config):
        """A feature times a vector plus one (Gorishniy et al. 2021, section 3.3), behind a learned token."""
        width, count = config["dimensions"], columns.shape[1]
        weights, bias = (self.parameter("tokens", name, (count, width)) for name in ("weights", "bias"))
        steps = [self.lib.tensor(columns)[:, :, None] * weights + bias]
        for s in self.inputs:
            if s["kind"] == "ids":
                table = self.parameter(f"category:{s['column']}", "table", (s["size"], width))
                steps.append(self.lib.embedding(table, self.ids(s["start"]), False))
        token = self.parameter("summary", "token", (1, width))
        rows = self.lib.tensor(np.ones((len(self.x), 1, 1)))
        return self.stack(config["layers"], self.lib.cat([rows * token, *steps], 1), None, "columns.")[0]

    def stack(self, layers, value, mask, id):
        for i, layer in enumerate(layers):
            value, mask = self.layer(layer, value, mask, f"{id}{i}")
        return value, mask

    def layer(self, config, x, mask, id):
        kind = config["type"]
        if kind == "residual":
            inner, _ = self.stack(config["layers"], x, mask, f"{id}.")
            if inner.shape[-1] != x.shape[-1]:
                around = {"units": inner.shape[-1], "activation": "linear", "useBias": False}
                return self.lib.add(self.dense(f"{id}.projection", x, around), inner), mask
            return self.lib.add(x, inner), mask
        if kind == "parallel":
            ends = [self.stack(branch, x, mask, f"{id}.{i}.")[0] for i, branch in enumerate(config["branches"])]
            return (self.lib.cat(ends, -1) if config.get("merge", "concat") == "concat" else self.lib.add(*ends)), mask
        if kind == "dense":
            return self.dense(id, x, config), mask
        if kind == "activation":
            return self.lib.activation(config["activation"])(x), mask
        if kind == "dropout":
            assert config["rate"] == 0 or not self.training
            return x, mask
        if kind in ("batchNorm", "layerNorm"):
            return self.normalise(config, x, id), mask
        if kind in ("lstm", "gru"):
            return self.recurrent(config, x, mask, id), mask
        return self.along(config, x, mask, id)

    def dense(self, id, x, config):
        kernel = self.parameter(id, "kernel", (x.shape[-1], config["units"]))
        bias = self.parameter(id, "bias", (config["units"],)) if config.get("useBias", True) else None
        return self.lib.dense(x, kernel, bias, config["activation"])

    def normalise(self, config, x, id):
        gamma, beta = (self.parameter(id, name, (x.shape[-1],)) for name in ("gamma", "beta"))
        if config["type"] == "layerNorm":
            return self.lib.layer_norm(x, gamma, beta, config.get("epsilon", 1e-3))
        moving = [self.parameter(id, name, (x.shape[-1],)) for name in ("movingMean", "movingVariance")]
        y, mean, variance = self.lib.batch_norm(x, [gamma, beta, *moving], config.get("momentum", 0.99),
                                                config.get("epsilon", 1e-3), self.training)
        self.moved |= {f"{id}/movingMean": mean, f"{id}/movingVariance": variance}
        return y

    def recurrent(self, config, x, mask, id):
        kind, units = config["type"], config["units"]
        names = ["bias", "forgetBias", "cellBias", "outputBias"] if kind == "lstm" else ["bias", "recurrentBias"]
        gates = (4 if kind == "lstm" else 3) * units
        ways = []
        for way in [id, f"{id}.reverse"][:2 if config.get("bidirectional") else 1]:
            ways.append({"kernel": self.parameter(way, "kernel", (x.shape[2], gates)),
                         "recurrentKernel": self.parameter(way, "recurrentKernel", (units, gates)),
                         **{name: self.parameter(way, name, (units if kind == "lstm" else gates,)) for name in names}})
        return self.lib.recurrent(kind, x, mask, ways, config.get("sequence", False))

    def along(self, config, x, mask, id):
        """Layers along a sequence without a state."""
        kind, (_, steps, width) = config["type"], x.shape
        if kind == "conv1d":
            kernel = self.parameter(id, "kernel", (config["kernelSize"], width, config["filters"]))
            bias = self.parameter(id, "bias", (config["filters"],))
            y = self.lib.conv1d(x, kernel, bias, config.get("padding", "same"), config.get("dilation", 1),
                                config["activation"])
            return y, None if mask is None else mask[:, :y.shape[1]]
        if kind == "transformer":
            assert config["dropout"] == 0
            inner = config["feedForward"]
            shapes = {"norm1/gamma": (width,), "norm1/beta": (width,), "attention/kernel": (width, 3 * width),
                      "attention/bias": (3 * width,), "attention/outputKernel": (width, width),
                      "attention/outputBias": (width,), "norm2/gamma": (width,), "norm2/beta": (width,),
                      "dense1/kernel": (width, inner), "dense1/bias": (inner,), "dense2/kernel": (inner, width),
                      "dense2/bias": (width,)}
            p = {name: self.parameter(f"{id}.{name.split('/')[0]}", name.split("/")[1], shape)
                 for name, shape in shapes.items()}
            return self.lib.transformer(x, mask, p, config["heads"], config.get("activation", "gelu")), mask
        if kind == "positions":
            if config.get("kind", "learned") == "learned":
                return x + self.parameter(id, "table", (steps, width)), mask
            return x + self.lib.tensor(sinusoids(steps, width)), mask
        if kind == "flatten":
            return x.reshape(len(x), steps * width), None
        return self.lib.pool(x, mask, config["method"]), None


def sinusoids(steps, width):
    """Vaswani et al. 2017, section 3.5."""
    angle = np.arange(steps)[:, None] / 10000 ** (2 * (np.arange(width)[None] // 2) / width)
    return np.where(np.arange(width) % 2 == 0, np.sin(angle), np.cos(angle))


class Recorder:
    def __init__(self):
        self.layout = {}

    def take(self, name, shape):
        assert name not in self.layout, name
        self.layout[name] = tuple(int(n) for n in shape)
        return torch.zeros(self.layout[name])


def layout_of(model, inputs, x, outputs=None):
    recorder = Recorder()
    # Ones: every text is full.
    Network(Torch(), model, inputs, outputs, training=False).run(recorder, np.ones_like(x))
    return recorder.layout
