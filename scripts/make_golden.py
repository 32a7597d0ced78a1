#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes tests/golden/trajectories.h5: trainings by PyTorch, which tests/unit/train/test_golden.c repeats with nntrain.

Needs Debian's python3-torch and python3-h5py. PyTorch computes in float64; data and initial weights are float32, so that
either of nntrain's libraries begins at the very same point. Optimisers and schedules are torch.optim's; LARS and LAMB,
which it lacks, are written out here in NumPy. Losses have nntrain's scale: sums over outputs, means over samples, and
for mse a factor 1/2. Rerunning it gives the same numbers up to rounding.

/data: x [160, 6], classes [160], values [160, 3], binary [160, 3], weights [160], order [100, 16] of rows a step.
/cases/<name>: attributes that say what is trained, in the words of recipes (absent: 0); `initial` and `final`
parameters, for each layer weight [out, in], bias and, with a norm, gamma and beta; `statistics` where there is batch
norm, for each such layer running mean and variance; `losses` [100], each from before its step.
"""
import os
import sys
import warnings

import h5py
import numpy
import torch
from torch.nn import functional

ROWS, INPUTS, OUTPUTS, BATCH, STEPS = 160, 6, 3, 16, 100
EPOCH_STEPS = ROWS // BATCH
DEFAULTS = {"loss": "cross_entropy", "optimizer": "sgd", "schedule": "constant", "learning_rate": 0.1,
            "layers": "8 tanh none, 5 tanh none, 3 softmax none", "targets": "classes",
            "beta1": 0.9, "beta2": 0.999, "rho": 0.99, "epsilon": 1e-8, "trust": 0.001}

ACTIVATIONS = {
    "linear": lambda x: x,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": lambda x: functional.leaky_relu(x, 0.01),
    "elu": functional.elu,
    "selu": torch.selu,
    "gelu": functional.gelu,
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "silu": functional.silu,
    "softplus": functional.softplus,
}


def make_data(random):
    """Targets come from a small random network, so that there is something to learn, with some noise in them."""
    x = random.standard_normal((ROWS, INPUTS)).astype("float32")
    hidden = numpy.tanh(x @ random.standard_normal((INPUTS, 10)))
    scores = hidden @ random.standard_normal((10, OUTPUTS)) + 0.3 * random.standard_normal((ROWS, OUTPUTS))
    epochs = STEPS // EPOCH_STEPS
    return {
        "x": x,
        "classes": scores.argmax(1).astype("int32"),
        "values": numpy.tanh(scores).astype("float32"),
        "binary": (scores > 0).astype("float32"),
        "weights": random.uniform(0.5, 2, ROWS).astype("float32"),
        "order": numpy.concatenate([random.permutation(ROWS) for _ in range(epochs)]).reshape(STEPS, BATCH)
        .astype("int32"),
    }


class Network:
    """Dense layers as nntrain has them; parameters in float64 that begin as float32."""

    def __init__(self, description, random):
        self.layers, self.parameters, self.weights = [], [], []
        inputs = INPUTS
        for layer in description.split(", "):
            units, activation, norm = layer.split()
            units = int(units)
            bound = (6 / (inputs + units)) ** 0.5
            tensors = [random.uniform(-bound, bound, (units, inputs)), random.uniform(-0.3, 0.3, units)]
            if norm != "none":
                tensors += [random.uniform(0.7, 1.3, units), random.uniform(-0.3, 0.3, units)]
            tensors = [torch.tensor(t.astype("float32").astype("float64"), requires_grad=True) for t in tensors]
            running = [torch.zeros(units, dtype=torch.float64), torch.ones(units, dtype=torch.float64)]
            self.layers.append((activation, norm, tensors, running))
            self.parameters += tensors
            self.weights.append(tensors[0])
            inputs = units

    def logits(self, x):
        """Everything but the last activation, which is in output()."""
        for index, (activation, norm, tensors, running) in enumerate(self.layers):
            x = functional.linear(x, tensors[0], tensors[1])
            if norm == "batch":
                x = functional.batch_norm(x, running[0], running[1], tensors[2], tensors[3], True, 0.1, 1e-5)
            elif norm == "layer":
                x = functional.layer_norm(x, x.shape[1:], tensors[2], tensors[3], 1e-5)
            if index + 1 < len(self.layers):
                x = ACTIVATIONS[activation](x)
        return x

    def output(self, logits):
        return ACTIVATIONS[self.layers[-1][0]](logits)

    def flat(self):
        return numpy.concatenate([p.detach().numpy().ravel() for p in self.parameters])

    def statistics(self):
        return [t.numpy() for _, norm, _, running in self.layers if norm == "batch" for t in running]


def loss_of(case, network, logits, data, rows):
    """Per sample first, then weighted by sample and averaged over the rows of the batch."""
    name, smoothing = case["loss"], case.get("label_smoothing", 0.0)
    if name == "cross_entropy":
        weight = torch.tensor(case["class_weights"], dtype=torch.float64) if "class_weights" in case else None
        losses = functional.cross_entropy(logits, torch.tensor(data["classes"][rows]).long(), weight,
                                          label_smoothing=smoothing, reduction="none")
    else:
        y = torch.tensor(data[case["targets"]][rows].astype("float64"))
        if name == "binary_cross_entropy":
            y = (1 - smoothing) * y + smoothing / 2
            losses = functional.binary_cross_entropy_with_logits(logits, y, reduction="none").sum(1)
        else:
            a = network.output(logits)
            losses = {
                "mse": lambda: functional.mse_loss(a, y, reduction="none") / 2,
                "mae": lambda: functional.l1_loss(a, y, reduction="none"),
                "huber": lambda: functional.huber_loss(a, y, reduction="none", delta=case["delta"]),
            }[name]().sum(1)
    if case.get("weighted"):
        losses = losses * torch.tensor(data["weights"][rows].astype("float64"))
    return losses.mean()


class Lars:
    """You, Gitman, Ginsburg, "Large batch training of convolutional networks", 2017, algorithm 1."""

    def __init__(self, network, case):
        self.network, self.case = network, case
        self.velocity = [numpy.zeros(p.shape) for p in network.parameters]

    def step(self, rate):
        case = self.case
        for p, v in zip(self.network.parameters, self.velocity):
            w, g = p.detach().numpy(), p.grad.numpy()
            local, decay = 1.0, 0.0
            if any(p is weight for weight in self.network.weights):
                decay = case.get("weight_decay", 0.0)
                norm = numpy.linalg.norm(w)
                local = case["trust"] * norm / (numpy.linalg.norm(g) + decay * norm)
            v[...] = case.get("momentum", 0.0) * v + rate * local * (g + decay * w)
            w -= v


class Lamb:
    """You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", 2020, algorithm 2."""

    def __init__(self, network, case):
        self.network, self.case, self.steps = network, case, 0
        self.moments = [(numpy.zeros(p.shape), numpy.zeros(p.shape)) for p in network.parameters]

    def step(self, rate):
        case = self.case
        self.steps += 1
        for p, (m, v) in zip(self.network.parameters, self.moments):
            w, g = p.detach().numpy(), p.grad.numpy()
            m[...] = case["beta1"] * m + (1 - case["beta1"]) * g
            v[...] = case["beta2"] * v + (1 - case["beta2"]) * g * g
            mean, square = m / (1 - case["beta1"] ** self.steps), v / (1 - case["beta2"] ** self.steps)
            update, trust = mean / (numpy.sqrt(square) + case["epsilon"]), 1.0
            if any(p is weight for weight in self.network.weights):
                update = update + case.get("weight_decay", 0.0) * w
                trust = numpy.linalg.norm(w) / numpy.linalg.norm(update)
            w -= rate * trust * update


class Torch:
    """One of torch.optim, told the rate at each step; decay for weights alone."""

    def __init__(self, network, case):
        momentum, epsilon = case.get("momentum", 0.0), case["epsilon"]
        betas = (case["beta1"], case["beta2"])
        others = [p for p in network.parameters if not any(p is w for w in network.weights)]
        decay = case.get("weight_decay", 0.0)
        groups = [{"params": network.weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
        self.inner = {
            "sgd": lambda: torch.optim.SGD(groups, 1.0, momentum, nesterov=bool(case.get("nesterov", 0))),
            "adagrad": lambda: torch.optim.Adagrad(groups, 1.0, eps=epsilon),
            "rmsprop": lambda: torch.optim.RMSprop(groups, 1.0, case["rho"], epsilon, momentum=momentum),
            "adam": lambda: torch.optim.Adam(groups, 1.0, betas, epsilon),
            "adamw": lambda: torch.optim.AdamW(groups, 1.0, betas, epsilon),
        }[case["optimizer"]]()

    def step(self, rate):
        for group in self.inner.param_groups:
            group["lr"] = rate
        self.inner.step()


class Schedule:
    """torch.optim.lr_scheduler on an optimizer of nothing; warm-up, which delays it, written out."""

    def __init__(self, case):
        self.warmup, self.begin = case.get("warmup_steps", 0), case["learning_rate"]
        if "reference_batch" in case:
            self.begin *= BATCH / case["reference_batch"]
        self.inner = torch.optim.SGD([torch.zeros(1, requires_grad=True)], self.begin)
        lr, factor, every = torch.optim.lr_scheduler, case.get("factor"), case.get("every_steps")
        minimum = case.get("minimum", 0.0)
        self.plateau = case["schedule"] == "plateau"
        self.scheduler = {
            "constant": lambda: lr.ConstantLR(self.inner, 1.0),
            "step": lambda: lr.StepLR(self.inner, every, factor),
            "exponential": lambda: lr.ExponentialLR(self.inner, factor ** (1 / every) if factor else 1),
            "cosine": lambda: lr.CosineAnnealingLR(self.inner, STEPS - self.warmup, minimum),
            # PyTorch waits for more than `patience` epochs, nntrain for `patience`.
            "plateau": lambda: lr.ReduceLROnPlateau(self.inner, factor=factor, patience=case["patience"] - 1,
                                                    threshold=0, min_lr=minimum, eps=0),
        }[case["schedule"]]()

    def rate(self, step):
        rate = self.inner.param_groups[0]["lr"]
        return rate * (step + 1) / self.warmup if step < self.warmup else rate

    def advance(self, step):
        if not self.plateau and step >= self.warmup:
            self.scheduler.step()

    def observe(self, loss):
        if self.plateau:
            self.scheduler.step(loss)


def shape_gradients(case, network):
    """Clips by value, then by norm, then adds the slopes of L1 and L2."""
    gradients = [p.grad for p in network.parameters]
    if "clip_value" in case:
        torch.nn.utils.clip_grad_value_(network.parameters, case["clip_value"])
    if "clip_norm" in case:
        norm = torch.sqrt(sum((g ** 2).sum() for g in gradients))  # without clip_grad_norm_'s 1e-6 in the divisor
        for g in gradients:
            g *= min(1.0, case["clip_norm"] / float(norm))
    for w in network.weights:
        w.grad += case.get("l2", 0.0) * w.detach() + case.get("l1", 0.0) * torch.sign(w.detach())


def train(case, data, random):
    network = Network(case["layers"], random)
    optimizer = {"lars": Lars, "lamb": Lamb}.get(case["optimizer"], Torch)(network, case)
    schedule = Schedule(case)
    result = {"initial": network.flat().astype("float32")}
    losses, rates = [], []
    for step, rows in enumerate(data["order"]):
        for p in network.parameters:
            p.grad = None
        loss = loss_of(case, network, network.logits(torch.tensor(data["x"][rows].astype("float64"))), data, rows)
        loss.backward()
        shape_gradients(case, network)
        losses.append(loss.item())
        rates.append(schedule.rate(step))
        optimizer.step(rates[-1])
        schedule.advance(step)
        if step % EPOCH_STEPS == EPOCH_STEPS - 1:
            schedule.observe(float(numpy.mean(losses[-EPOCH_STEPS:])))
    assert numpy.isfinite(losses).all() and losses[0] != losses[-1], case
    assert not schedule.plateau or rates[-1] < rates[20], "the plateau is never reached"
    result.update(final=network.flat(), losses=numpy.array(losses))
    if network.statistics():
        result["statistics"] = numpy.concatenate(network.statistics())
    return result


def optimizer_cases():
    optimizers = {
        "sgd": {"learning_rate": 0.3},
        "momentum": {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.05},
        "nesterov": {"optimizer": "sgd", "momentum": 0.9, "nesterov": 1, "learning_rate": 0.05},
        "adagrad": {"optimizer": "adagrad", "epsilon": 1e-10, "learning_rate": 0.1},
        "rmsprop": {"optimizer": "rmsprop", "learning_rate": 0.005},
        "rmsprop-momentum": {"optimizer": "rmsprop", "momentum": 0.8, "rho": 0.95, "learning_rate": 0.001},
        "adam": {"optimizer": "adam", "learning_rate": 0.01},
        "adamw": {"optimizer": "adamw", "learning_rate": 0.01, "weight_decay": 0.05},
        "lars": {"optimizer": "lars", "momentum": 0.9, "trust": 0.02, "weight_decay": 0.001, "learning_rate": 0.3},
        "lamb": {"optimizer": "lamb", "learning_rate": 0.01, "weight_decay": 0.01},
    }
    schedules = {
        "constant": {},
        "step": {"schedule": "step", "every_steps": 30, "factor": 0.5},
        "exponential": {"schedule": "exponential", "every_steps": 40, "factor": 0.3},
        "cosine": {"schedule": "cosine", "minimum": 1e-4},
    }
    extras = {
        "warmup": {"warmup_steps": 15},
        "warmup-cosine": {"schedule": "cosine", "warmup_steps": 20},
        "l1": {"l1": 0.003},
        "l2": {"l2": 0.01},
        "clip_norm": {"clip_norm": 0.2},
        "clip_value": {"clip_value": 0.02},
        "all": {"l1": 0.001, "l2": 0.002, "clip_norm": 0.15, "clip_value": 0.05, "schedule": "step", "every_steps": 20,
                "factor": 0.7, "warmup_steps": 10},
        "scaled": {"reference_batch": 32},
    }
    for optimizer, settings in optimizers.items():
        for schedule, terms in schedules.items():
            yield f"{optimizer}/{schedule}", {**settings, **terms}
    for extra, terms in extras.items():
        for optimizer in ("momentum", "adamw", "lamb", "lars"):
            yield f"{optimizer}/{extra}", {**optimizers[optimizer], **terms}
    # Rates so high that the loss stops falling before the end, but not so high that roundings grow.
    plateau = {"schedule": "plateau", "factor": 0.3, "patience": 1, "minimum": 1e-3}
    for optimizer, rate in (("sgd", 1.5), ("momentum", 0.2), ("adam", 0.1), ("lamb", 0.06)):
        yield f"{optimizer}/plateau", {**optimizers[optimizer], **plateau, "learning_rate": rate}


def model_cases():
    sgd = {"momentum": 0.9, "learning_rate": 0.02}
    values, binary = {"targets": "values"}, {"targets": "binary", "loss": "binary_cross_entropy"}
    linear, sigmoid = "8 tanh none, 3 linear none", "8 tanh none, 3 sigmoid none"
    yield "loss/mse", {**sgd, **values, "loss": "mse", "layers": linear}
    yield "loss/mse-softplus", {**sgd, **values, "loss": "mse", "layers": "8 tanh none, 3 softplus none"}
    yield "loss/mse-gelu", {**sgd, **values, "loss": "mse", "layers": "8 tanh none, 3 gelu none"}
    yield "loss/mae", {**sgd, **values, "loss": "mae", "layers": linear}
    yield "loss/huber", {**sgd, **values, "loss": "huber", "delta": 0.4, "layers": linear}
    yield "loss/binary_cross_entropy", {**sgd, **binary, "layers": sigmoid}
    yield "loss/binary_cross_entropy-smoothed", {**sgd, **binary, "layers": sigmoid, "label_smoothing": 0.1}
    yield "loss/cross_entropy-smoothed", {**sgd, "label_smoothing": 0.1}
    yield "loss/cross_entropy-class_weights", {**sgd, "class_weights": [0.5, 2.0, 1.25]}
    yield "loss/cross_entropy-both", {**sgd, "class_weights": [0.5, 2.0, 1.25], "label_smoothing": 0.2}
    yield "loss/cross_entropy-samples", {**sgd, "weighted": 1}
    yield "loss/mse-samples", {**sgd, **values, "loss": "mse", "layers": linear, "weighted": 1}
    for activation in ACTIVATIONS:
        yield f"activation/{activation}", {**sgd, "layers": f"8 {activation} none, 5 {activation} none, 3 softmax none"}
    for norm in ("batch", "layer"):
        for activation in ("tanh", "gelu", "relu"):
            layers = f"8 {activation} {norm}, 5 {activation} {norm}, 3 softmax none"
            yield f"{norm}_norm/{activation}", {**sgd, "layers": layers}
    yield "batch_norm/l2-clip_norm", {**sgd, "layers": "8 tanh batch, 3 softmax none", "l2": 0.01, "clip_norm": 0.3}
    yield "layer_norm/adamw", {"optimizer": "adamw", "learning_rate": 0.01, "weight_decay": 0.1,
                               "layers": "8 silu layer, 3 softmax none"}
    yield "layer_norm/lamb", {"optimizer": "lamb", "learning_rate": 0.01, "weight_decay": 0.1,
                              "layers": "8 silu layer, 3 softmax none"}


def main():
    warnings.filterwarnings("ignore", category=UserWarning)  # schedulers of an optimizer that never steps
    here = os.path.dirname(os.path.abspath(__file__))
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "..", "tests", "golden", "trajectories.h5")
    data = make_data(numpy.random.RandomState(1986))
    cases = {**dict(optimizer_cases()), **dict(model_cases())}
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs["about"] = numpy.bytes_("written by scripts/make_golden.py with PyTorch " + torch.__version__)
        for name, values in data.items():
            file.create_dataset("data/" + name, data=values, track_times=False)
        for name, settings in cases.items():
            case = {**DEFAULTS, **settings}
            group = file.create_group("cases/" + name.replace("/", " "))
            for key, value in case.items():
                group.attrs[key] = numpy.bytes_(value) if isinstance(value, str) else numpy.asarray(value, "float64")
            for key, values in train(case, data, numpy.random.RandomState(7)).items():
                group.create_dataset(key, data=values, track_times=False)
            losses = group["losses"]
            print(f"{name:40} {losses[0]:.4f} {losses[-1]:.4f}")
    print(len(cases), "trajectories,", os.path.getsize(path), "bytes")


if __name__ == "__main__":
    main()
