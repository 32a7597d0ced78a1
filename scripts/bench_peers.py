#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Training steps of nntrain against those of PyTorch, JAX and libxsmm-dnn, in turns on this machine.

The same networks, batches, rows in memory and optimizer: gather a batch, forward, softmax and cross-entropy, backward,
SGD with momentum. Each is taken at the best of its settings, on one core and on two: PyTorch eager, traced or compiled,
its optimizer tensor by tensor or over all at once, and on two cores also as two processes that average their gradients
(DistributedDataParallel over gloo); JAX as one compiled function a step; nntrain by threads or by ranks. PyTorch and JAX
take part where the Python that runs this has them. libxsmm-dnn takes part with --mlp-example, the path of its program
tests/mlp/mlp_example: forward, backward and SGD without momentum, over one batch that stays where it is, of networks
whose outputs are rounded up to 32 or 64, which nntrain then trains too.
"""
import argparse
import importlib.util
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROWS = 16384  # as nntrain bench step has; more than caches hold
NETWORKS = [([784, 512, 512, 10], 128), ([784, 128, 10], 128), ([1024] * 5, 512)]
LEARNING_RATE, MOMENTUM = 0.01, 0.9


def clock_of(threads):
    # As nntrain bench: on one core only what is computed counts, not what others take of the core.
    return time.process_time if threads == 1 else time.perf_counter


# --- PyTorch ---


class TorchTraining:
    """A network in training by PyTorch; run(steps) does some and tells the seconds of one."""

    def __init__(self, widths, batch, way="eager", at_once=False, processes=1):
        import torch
        self.torch = torch
        torch.manual_seed(1)
        self.x = torch.rand(ROWS, widths[0]) * 2 - 1
        self.y = torch.randint(0, widths[-1], (ROWS,))
        self.batch, self.now = batch, clock_of(torch.get_num_threads() * processes)
        layers = []
        for inputs, outputs in zip(widths, widths[1:]):
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
        self.network = torch.nn.Sequential(*layers[:-1])
        parameters = list(self.network.parameters())
        if processes > 1:
            self.network = torch.nn.parallel.DistributedDataParallel(self.network)
        if way == "traced":
            self.network = torch.jit.trace(self.network, self.x[:batch])
        if way == "compiled":
            self.network = torch.compile(self.network)
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(parameters, lr=LEARNING_RATE, momentum=MOMENTUM, foreach=at_once)
        self.order, self.at = torch.randperm(ROWS), 0

    def step(self):
        if self.at + self.batch > ROWS:
            self.order, self.at = self.torch.randperm(ROWS), 0
        rows = self.order[self.at:self.at + self.batch]
        self.at += self.batch
        x, y = self.x[rows], self.y[rows]
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(self.network(x), y).backward()
        self.optimizer.step()

    def run(self, steps):
        begin = self.now()
        for _ in range(steps):
            self.step()
        return (self.now() - begin) / steps


def work_in_parallel(rank, ranks, meeting, widths, batch, pipe):
    """One of several processes: at each word through the pipe, does as many steps and tells what one took."""
    import torch
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=ranks)
    training = TorchTraining(widths, batch // ranks, processes=ranks)
    while True:
        word = [pipe.recv() if rank == 0 else None]
        torch.distributed.broadcast_object_list(word)
        seconds = training.run(word[0])
        if rank == 0:
            pipe.send(seconds)


class TorchProcesses:
    """A training by processes, which sleep between its turns."""

    def __init__(self, widths, batch, ranks):
        import torch.multiprocessing
        self.pipe, theirs = torch.multiprocessing.Pipe()
        # They meet by a file: a port could be somebody else's.
        self.folder = tempfile.TemporaryDirectory(prefix="nntrain-bench-")
        meeting = os.path.join(self.folder.name, "meeting")
        self.processes = torch.multiprocessing.spawn(
            work_in_parallel, (ranks, meeting, widths, batch, theirs), nprocs=ranks, join=False, daemon=True)

    def run(self, steps):
        self.pipe.send(steps)
        while not self.pipe.poll():
            self.processes.join(timeout=0.05)  # raises what went wrong in one of them
        return self.pipe.recv()


def torch_settings(widths, batch, threads):
    import torch
    torch.set_num_threads(threads)
    settings = {}
    for way in ("eager", "traced", "compiled"):
        for at_once in (False, True):
            name = way + (", optimizer over all at once" if at_once else "")
            settings[name] = TorchTraining(widths, batch, way, at_once)
    if threads > 1:
        settings[f"{threads} processes (DDP, gloo)"] = TorchProcesses(widths, batch, threads)
    return settings


# --- JAX ---


class JaxTraining:
    """A network in training by JAX; run(steps) does some and tells the seconds of one."""

    def __init__(self, widths, batch, threads):
        import jax
        import jax.numpy as jnp
        import numpy
        self.jax, self.batch, self.now = jax, batch, clock_of(threads)
        self.random = numpy.random.default_rng(1)
        self.x = jnp.asarray(self.random.uniform(-1, 1, (ROWS, widths[0])).astype("f4"))
        self.y = jnp.asarray(self.random.integers(0, widths[-1], ROWS))
        weights = [(jnp.asarray((self.random.standard_normal((i, o)) * (2 / i) ** 0.5).astype("f4")), jnp.zeros(o, "f4"))
                   for i, o in zip(widths, widths[1:])]
        self.state = (weights, jax.tree_util.tree_map(jnp.zeros_like, weights))

        def loss(weights, x, y):
            for w, b in weights[:-1]:
                x = jax.nn.relu(x @ w + b)
            logits = x @ weights[-1][0] + weights[-1][1]
            return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))

        def step(state, rows, all_x, all_y):
            weights, velocity = state
            gradients = jax.grad(loss)(weights, all_x[rows], all_y[rows])
            velocity = jax.tree_util.tree_map(lambda v, g: MOMENTUM * v + g, velocity, gradients)
            return jax.tree_util.tree_map(lambda w, v: w - LEARNING_RATE * v, weights, velocity), velocity

        self.step = jax.jit(step, donate_argnums=0)

    def run(self, steps):
        order = [self.random.permutation(ROWS)[:self.batch] for _ in range(steps)]
        begin = self.now()
        for rows in order:
            self.state = self.step(self.state, rows, self.x, self.y)
        self.jax.block_until_ready(self.state)
        return (self.now() - begin) / steps


def jax_settings(widths, batch, threads):
    return {"jit": JaxTraining(widths, batch, threads)}


# --- peers are processes of their own, so that each has its own threads ---

PEERS = {"PyTorch": ("torch", torch_settings), "JAX": ("jax", jax_settings)}


def be_peer(name, widths, batch, threads, seconds):
    """Says the names of its settings, then answers each line, the number of one, with the seconds of a step."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    settings = PEERS[name][1](widths, batch, threads)
    working, steps = {}, {}
    for setting, training in settings.items():
        try:
            training.run(5)
            steps[setting] = max(2, round(seconds / training.run(3)))
            working[setting] = training
        except Exception as error:  # such as a compiler that is missing
            print(f"bench_peers.py: {name}, {setting}, is left out: {str(error).splitlines()[0][:200]}", file=sys.stderr)
    print(json.dumps(list(working)), flush=True)
    for line in sys.stdin:
        setting = list(working)[int(line)]
        print(working[setting].run(steps[setting]), flush=True)
    for training in settings.values():
        if isinstance(training, TorchProcesses):
            training.folder.cleanup()
    os._exit(0)  # processes that sleep have nothing to end


class Peer:
    def __init__(self, name, widths, batch, threads, seconds):
        # With the first two OpenBLAS, which Debian's PyTorch multiplies by, takes another processor's kernels.
        environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
        environment["OMP_NUM_THREADS"] = str(threads)
        if threads == 1:
            environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
        command = [sys.executable, os.path.abspath(__file__), "--peer", name, "--threads", str(threads), "--seconds",
                   str(seconds), "--network", "-".join(map(str, widths)), "--batch", str(batch)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.settings = self.answer()
        self.times = {setting: [] for setting in self.settings}

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("bench_peers.py: " + " ".join(self.process.args) + f" ended with {self.process.wait()}")
        return json.loads(line)

    def turn(self):
        for number, setting in enumerate(self.settings):
            self.process.stdin.write(f"{number}\n")
            self.process.stdin.flush()
            self.times[setting].append(self.answer())

    def end(self):
        self.process.stdin.close()
        self.process.wait()

    def best(self):
        medians = {setting: statistics.median(times) for setting, times in self.times.items()}
        setting = min(medians, key=medians.get)
        return setting, medians[setting]


def nntrain_step(program, widths, batch, threads, ranks):
    """Seconds of a step by nntrain bench step, the median of three timings, and its share of the peak."""
    command = ["mpirun", "-np", str(ranks), "--bind-to", "core"] if ranks > 1 else []
    command += [program, "bench", "step", "--network", "-".join(map(str, widths)), "--batch", str(batch), "--threads",
                str(threads), "--repeat", "3", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench_peers.py: {' '.join(command)} failed: {done.stderr.strip()}")
    result = json.loads(done.stdout)["results"][0]
    return result["step_seconds"], result["share_of_peak"]


def libxsmm_step(program, widths, batch, threads, seconds):
    """Seconds of a step by libxsmm-dnn's mlp_example, from the GFLOP/s it prints."""
    flops = 2 * batch * sum((3 if i else 2) * a * b for i, (a, b) in enumerate(zip(widths, widths[1:])))
    block = 64 if all(w % 64 == 0 for w in widths[1:]) else 32
    command = [program, str(max(20, int(seconds * 1e11 / flops))), str(batch), "3", "A", "64", str(block), "16", "0", "1"]
    done = subprocess.run(command + list(map(str, widths)), capture_output=True, text=True,
                          env={**os.environ, "OMP_NUM_THREADS": str(threads)})
    rate = re.search(r"GFLOPS *= *([0-9.]+)", done.stdout)
    if done.returncode != 0 or not rate:
        sys.exit(f"bench_peers.py: {' '.join(command)} failed: {done.stderr.strip() or done.stdout[-300:]}")
    return flops / float(rate[1]) / 1e9


def padded(widths):
    return widths[:-1] + [(widths[-1] + 31) // 32 * 32 if max(widths[1:]) < 512 else (widths[-1] + 63) // 64 * 64]


def compare(given, widths, batch, threads):
    peers = {name: Peer(name, widths, batch, threads, given.seconds)
             for name, (module, _) in PEERS.items() if importlib.util.find_spec(module)}
    # As PyTorch on several cores: threads, or processes that average their gradients.
    ways = {"threads": (threads, 1), "ranks": (1, threads)} if threads > 1 else {"threads": (1, 1)}
    ours, shares, wide, xsmm = {way: [] for way in ways}, [], [], []
    for _ in range(given.rounds):
        for way, (count, ranks) in ways.items():
            seconds, share = nntrain_step(given.nntrain, widths, batch, count, ranks)
            ours[way].append(seconds)
            shares.append(share)
        for peer in peers.values():
            peer.turn()
        if given.mlp_example:
            xsmm.append(libxsmm_step(given.mlp_example, padded(widths), batch, threads, given.seconds))
            wide.append(nntrain_step(given.nntrain, padded(widths), batch, threads, 1)[0])
    for peer in peers.values():
        peer.end()
    medians = {way: statistics.median(values) for way, values in ours.items()}
    way = min(medians, key=medians.get)
    result = {"network": "-".join(map(str, widths)), "batch": batch, "threads": threads, "way": way,
              "step_seconds": medians[way], "share": statistics.median(shares), "peers": {}}
    for name, peer in peers.items():
        setting, seconds = peer.best()
        result["peers"][name] = {"step_seconds": seconds, "setting": setting, "ratio": seconds / medians[way]}
    if xsmm:
        seconds, base = statistics.median(xsmm), statistics.median(wide)
        result["peers"]["libxsmm-dnn"] = {"step_seconds": seconds, "ratio": seconds / base,
                                          "setting": "-".join(map(str, padded(widths)))}
    return result


def tell(result):
    step, batch = result["step_seconds"], result["batch"]
    print(f"{result['network']:<26} {batch:>5} {result['threads']:>5}  {'nntrain':<12} {batch / step:>10,.0f}         "
          f"{result['way']}, {result['share']:.2f} of the peak")
    for name, peer in result["peers"].items():
        print(f"{'':<39} {name:<12} {batch / peer['step_seconds']:>10,.0f}  {peer['ratio']:>6.2f}  {peer['setting']}")
    sys.stdout.flush()


def main():
    source = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description="Training steps of nntrain against those of other programs, in turns.")
    parser.add_argument("--nntrain", default=os.path.join(source, "build/release/src/nntrain"), help="the program")
    parser.add_argument("--mlp-example", metavar="PATH", help="libxsmm-dnn's program, to take part")
    parser.add_argument("--threads", type=int, nargs="+", help="cores to compare on (default: 1, and 2 where there are)")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each, of which the median counts")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long a turn of a peer lasts")
    parser.add_argument("--network", metavar="WIDTHS", help="such as 784-512-10 (default: three networks)")
    parser.add_argument("--batch", type=int, default=128, help="of --network")
    parser.add_argument("--json", metavar="FILE", help="append the figures to a file, a line a network")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    networks = [([int(w) for w in given.network.split("-")], given.batch)] if given.network else NETWORKS
    if given.rounds < 1 or given.seconds <= 0 or any(t < 1 for t in given.threads or []):
        sys.exit("bench_peers.py: rounds, seconds and threads must be more than 0")
    if given.peer:
        be_peer(given.peer, *networks[0], given.threads[0], given.seconds)
    if not os.access(given.nntrain, os.X_OK):
        sys.exit(f"bench_peers.py: {given.nntrain} is no program; build it, or name it by --nntrain")
    missing = [name for name, (module, _) in PEERS.items() if not importlib.util.find_spec(module)]
    if len(missing) == len(PEERS) and not given.mlp_example:
        sys.exit("bench_peers.py: this Python has neither PyTorch nor JAX; install one (pip install jax), or name "
                 "libxsmm-dnn's program by --mlp-example")
    print("samples/s; ratio: the peer's time of a step to ours" + "".join(f"; no {name} here" for name in missing))
    print(f"{'':<26} {'batch':>5} {'cores':>5}  {'':<12} {'samples/s':>10}  {'ratio':>6}  best setting")
    for count in given.threads or ([1, 2] if len(os.sched_getaffinity(0)) > 1 else [1]):
        for widths, batch in networks:
            result = compare(given, widths, batch, count)
            tell(result)
            if given.json:
                with open(given.json, "a", encoding="utf-8") as file:
                    file.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
