#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Training steps of nntrain against those of PyTorch, in turns on this machine.

The same networks, batches, rows in memory and optimizer: gather a batch, forward, softmax and cross-entropy, backward,
SGD with momentum. Each is taken at the best of its settings, on one core and on two: PyTorch eager or traced, its optimizer
tensor by tensor or over all at once, and on two cores also as two processes that average their gradients
(DistributedDataParallel over gloo); nntrain by threads or by ranks.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

# With these OpenBLAS, which Debian's PyTorch multiplies by, takes another processor's kernels than the one it finds.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

try:
    import torch
    import torch.distributed
    import torch.multiprocessing
except ImportError as error:
    sys.exit(f"bench_pytorch.py: PyTorch cannot be imported ({error}); install it, on Debian python3-torch, and run this "
             "with the Python it is for")

ROWS = 16384  # as nntrain bench step has; more than caches hold
NETWORKS = [([784, 512, 512, 10], 128), ([784, 128, 10], 128), ([1024] * 5, 512)]


def rows_of(widths):
    generator = torch.Generator().manual_seed(1)
    x = torch.rand(ROWS, widths[0], generator=generator) * 2 - 1
    y = torch.randint(0, widths[-1], (ROWS,), generator=generator)
    return x, y


def network_of(widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


class Training:
    """A network in training; run(steps) does some and tells the seconds of one."""

    def __init__(self, widths, batch, traced=False, at_once=False, parallel=False):
        torch.manual_seed(1)
        self.x, self.y = rows_of(widths)
        self.batch = batch
        self.alone = not parallel and torch.get_num_threads() == 1
        self.network = network_of(widths)
        if parallel:
            self.network = torch.nn.parallel.DistributedDataParallel(self.network)
        parameters = list(self.network.parameters())
        if traced:
            self.network = torch.jit.trace(self.network, self.x[:batch])
        self.loss = torch.nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(parameters, lr=0.01, momentum=0.9, foreach=at_once)
        self.order, self.at = torch.randperm(ROWS), 0

    def step(self):
        if self.at + self.batch > ROWS:
            self.order, self.at = torch.randperm(ROWS), 0
        rows = self.order[self.at:self.at + self.batch]
        self.at += self.batch
        x, y = self.x[rows], self.y[rows]
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(self.network(x), y).backward()
        self.optimizer.step()

    def run(self, steps):
        # As nntrain bench: on one core only what is computed counts, not what others take of the core.
        now = time.process_time if self.alone else time.perf_counter
        begin = now()
        for _ in range(steps):
            self.step()
        return (now() - begin) / steps


def steps_lasting(training, seconds):
    """Steps that last so long; doing them warms up what is compiled on first use."""
    training.run(5)
    return max(2, round(seconds / training.run(3)))


def work_in_parallel(rank, ranks, meeting, widths, batch, steps, pipe):
    """One of several processes: at each word through the pipe, does the steps and tells what one took."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=ranks)
    training = Training(widths, batch // ranks, parallel=True)
    training.run(5)
    while True:
        word = [pipe.recv() if rank == 0 else None]
        torch.distributed.broadcast_object_list(word)
        if not word[0]:
            break
        seconds = training.run(steps)
        if rank == 0:
            pipe.send(seconds)
    torch.distributed.destroy_process_group()


class Parallel:
    """A training by processes, which sleep between its turns."""

    def __init__(self, widths, batch, ranks, steps):
        self.pipe, theirs = torch.multiprocessing.Pipe()
        # They meet by a file: a port could be somebody else's.
        self.folder = tempfile.TemporaryDirectory(prefix="nntrain-bench-")
        meeting = os.path.join(self.folder.name, "meeting")
        self.processes = torch.multiprocessing.spawn(
            work_in_parallel, (ranks, meeting, widths, batch, steps, theirs), nprocs=ranks, join=False)

    def turn(self):
        self.pipe.send(True)
        while not self.pipe.poll():
            self.processes.join(timeout=0.05)  # raises what went wrong in one of them
        return self.pipe.recv()

    def end(self):
        self.pipe.send(False)
        while not self.processes.join():
            pass
        self.folder.cleanup()


def contestants_of(widths, batch, threads, seconds):
    """Settings of PyTorch by name: what takes a turn, and what ends it."""
    contestants, steps = {}, 0
    for traced in (False, True):
        for at_once in (False, True):
            training = Training(widths, batch, traced, at_once)
            steps = steps_lasting(training, seconds)
            name = ("traced" if traced else "eager") + (", optimizer over all at once" if at_once else "")
            contestants[name] = (lambda t=training, s=steps: t.run(s), lambda: None)
    if threads > 1:
        parallel = Parallel(widths, batch, threads, steps)
        contestants[f"{threads} processes (DDP, gloo)"] = (parallel.turn, parallel.end)
    return contestants


def nntrain_step(program, widths, batch, threads, ranks):
    """Seconds of a step by nntrain bench step, the median of three timings."""
    command = ["mpirun", "-np", str(ranks), "--bind-to", "core"] if ranks > 1 else []
    command += [program, "bench", "step", "--network", "-".join(map(str, widths)), "--batch", str(batch), "--threads",
                str(threads), "--repeat", "3", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench_pytorch.py: {' '.join(command)} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)["results"][0]["step_seconds"]


def compare(program, widths, batch, threads, rounds, seconds):
    torch.set_num_threads(threads)
    contestants = contestants_of(widths, batch, threads, seconds)
    # As PyTorch on several cores: threads, or processes that average their gradients.
    ways = {"threads": (threads, 1)}
    if threads > 1:
        ways["ranks"] = (1, threads)
    ours, theirs = {way: [] for way in ways}, {name: [] for name in contestants}
    for _ in range(rounds):
        for way, (count, ranks) in ways.items():
            ours[way].append(nntrain_step(program, widths, batch, count, ranks))
        for name, (turn, _) in contestants.items():
            theirs[name].append(turn())
    for _, end in contestants.values():
        end()
    times = {name: statistics.median(values) for name, values in theirs.items()}
    best = min(times, key=times.get)
    steps = {way: statistics.median(values) for way, values in ours.items()}
    way = min(steps, key=steps.get)
    step = steps[way]
    return {
        "network": "-".join(map(str, widths)), "batch": batch, "threads": threads, "step_seconds": step, "way": way,
        "nntrain_step_seconds": steps,
        "pytorch_step_seconds": times, "best": best, "ratio": times[best] / step,
    }


def tell(result):
    batch, ours = result["batch"], result["step_seconds"]
    theirs = result["pytorch_step_seconds"][result["best"]]
    print(f"{result['network']:<26} {batch:>5} {result['threads']:>5} {batch / ours:>12,.0f} {batch / theirs:>12,.0f} "
          f"{result['ratio']:>6.2f}  {result['way']:<7}  {result['best']}", flush=True)


def main():
    source = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser = argparse.ArgumentParser(description="Training steps of nntrain against those of PyTorch, in turns.")
    parser.add_argument("--nntrain", default=os.path.join(source, "build/release/src/nntrain"), help="the program")
    parser.add_argument("--threads", type=int, nargs="+", help="cores to compare on (default: 1, and 2 where there are)")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each, of which the median counts")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long a turn of PyTorch lasts")
    parser.add_argument("--json", metavar="FILE", help="write the figures to a file as well")
    given = parser.parse_args()
    if not os.access(given.nntrain, os.X_OK):
        sys.exit(f"bench_pytorch.py: {given.nntrain} is no program; build it, or name it by --nntrain")
    if given.rounds < 1 or given.seconds <= 0 or any(t < 1 for t in given.threads or []):
        sys.exit("bench_pytorch.py: rounds, seconds and threads must be more than 0")
    threads = given.threads or ([1, 2] if len(os.sched_getaffinity(0)) > 1 else [1])
    print(f"PyTorch {torch.__version__}; samples/s, ratio: PyTorch's time of a step to ours")
    print(f"{'':<26} {'batch':>5} {'cores':>5} {'nntrain':>12} {'PyTorch':>12} {'ratio':>6}  {'ours':<7}  best setting of PyTorch")
    results = []
    for count in threads:
        for widths, batch in NETWORKS:
            results.append(compare(given.nntrain, widths, batch, count, given.rounds, given.seconds))
            tell(results[-1])
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump({"pytorch": torch.__version__, "results": results}, file, indent=2)


if __name__ == "__main__":
    main()
