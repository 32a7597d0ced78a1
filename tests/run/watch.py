# SPDX-License-Identifier: MIT
"""Programs on a pseudo-terminal, for watch.sh: what nntrain watch draws, and how it leaves the terminal."""
import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

TAKE, GIVE_BACK = b"\x1b[?1049h\x1b[?25l\x1b[?7l", b"\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
failures = 0


def check(holds, what):
    global failures
    if not holds:
        print("FAILED:", what, file=sys.stderr)
        failures += 1


class Terminal:
    """A terminal whose shell is this program: `nntrain watch` is a job of it, in the foreground until it stops, or, by the
    shell "lenient", also then, or, by "&", never."""

    def __init__(self, arguments, columns=80, rows=24, shell="usual", **environment):
        self.master, self.slave = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.output = b""
        # The leader of the session is in between: a job of an orphaned group would not stop by Ctrl-Z.
        leader = "import os, sys, signal, fcntl, termios\n" \
                 "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n" \
                 "signal.signal(signal.SIGTTOU, signal.SIG_IGN)\n" \
                 "job = os.fork()\n" \
                 "if job == 0:\n" \
                 "    os.setpgid(0, 0)\n" \
                 "    if sys.argv[1] != '&':\n" \
                 "        os.tcsetpgrp(0, os.getpid())\n" \
                 "    signal.signal(signal.SIGTTOU, signal.SIG_DFL)\n" \
                 "    os.execvp(sys.argv[2], sys.argv[2:])\n" \
                 "os.write(3, b'pid %d\\n' % job)\n" \
                 "while True:\n" \
                 "    _, status = os.waitpid(job, os.WUNTRACED)\n" \
                 "    if os.WIFSTOPPED(status) and sys.argv[1] == 'usual':\n" \
                 "        os.tcsetpgrp(0, os.getpgrp())\n" \
                 "    os.write(3, b'stopped\\n' if os.WIFSTOPPED(status) else b'ended %d\\n' % status)\n" \
                 "    if not os.WIFSTOPPED(status):\n" \
                 "        break\n"
        told, tell = os.pipe()
        env = dict(os.environ, TERM="xterm", LC_ALL="C.UTF-8", **environment)

        def prepare():
            os.dup2(tell, 3)
            os.set_inheritable(3, True)

        self.leader = subprocess.Popen([sys.executable, "-c", leader, shell, *arguments], stdin=self.slave, stdout=self.slave,
                                       stderr=self.slave, start_new_session=True, env=env, close_fds=False,
                                       preexec_fn=prepare)
        os.close(tell)
        self.told = os.fdopen(told)
        self.job = int(self.told.readline().split()[1])

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def take_output(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            self.output += os.read(self.master, 65536)

    def until(self, text, what):
        """Waits for a text, which is looked for behind what was found before."""
        end = time.monotonic() + 30
        found = -1
        while found < 0 and time.monotonic() < end:
            self.take_output(0.1)
            found = self.output.find(text)
        check(found >= 0, f"{what}: no {text!r} in {self.output[-3000:]!r}")
        self.output = self.output[found + len(text):] if found >= 0 else b""

    def send(self, keys):
        os.write(self.master, keys)

    def modes_are_those_before(self):
        return termios.tcgetattr(self.slave) == self.before

    def stopped(self, what):
        check(self.told.readline() == "stopped\n", f"{what} does not stop it")

    def kill(self):
        """As the shell's `kill %1` does with a job that is stopped."""
        os.kill(self.job, signal.SIGTERM)
        os.kill(self.job, signal.SIGCONT)

    def ended(self, what, status, drawn=True):
        """How the job ended, and that the terminal is as it was."""
        line = self.told.readline().split()
        check(line == ["ended", str(status)], f"{what}: {line}, not {status}")
        if "ended" not in line:
            os.kill(self.job, signal.SIGKILL)
        while select.select([self.master], [], [], 0)[0]:
            self.take_output(0)
        check(self.output.endswith(GIVE_BACK) or not drawn, f"{what}: the screen is not given back: {self.output[-200:]!r}")
        check(self.modes_are_those_before(), f"{what}: the terminal has other modes than before")
        self.leader.wait()
        os.close(self.master)
        os.close(self.slave)


def fits(drawn, columns, rows, what):
    """Whether screens, which begin at home, stay within the terminal."""
    for screen in drawn.split(b"\x1b[H")[1:]:
        text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", screen).decode()
        lines = text.split("\r\n")
        check(len(lines) <= rows, f"{what}: {len(lines)} lines of {rows}")
        check(max(map(len, lines)) <= columns, f"{what}: {max(map(len, lines))} columns of {columns}: {lines}")


def watch(*arguments, **options):
    terminal = Terminal([os.environ["NNTRAIN"], "watch", *arguments], **options)
    if options.get("shell") != "&":
        terminal.until(TAKE, "watch")
    return terminal


def append_epoch(folder, epoch):
    with open(f"{folder}/metrics.jsonl", "a") as file:
        file.write(f'{{"epoch": {epoch}, "train_loss": 0.5, "test_accuracy": 0.{epoch}, "seconds": {epoch}}}\n')


def lock(folder):
    """Says that this process trains in the folder."""
    with open("/proc/self/stat") as file:
        started = file.read().rsplit(")", 1)[1].split()[19]
    with open("/proc/sys/kernel/random/boot_id") as file:
        boot = file.read().strip()
    with open(f"{folder}/.lock", "w") as file:
        file.write(f"nntrain-lock 1\nhost {socket.gethostname()}\nboot {boot}\n"
                   f"namespace {os.stat('/proc/self/ns/pid').st_ino}\nprocess {os.getpid()}\nstarted {started}\n"
                   f"since once\ntoken {'0' * 32}\nbeat {7:020}\n")


def main():
    # A run that begins, goes on and is followed, in a terminal that changes its size.
    terminal = watch("run", shell="lenient")
    terminal.until(b"waiting for the run to begin", "no folder")
    os.mkdir("beginning")
    with open("beginning/recipe.yaml", "w") as file:
        file.write("training:\n  epochs: 400\n")
    for epoch in range(10, 30):
        append_epoch("beginning", epoch)
    lock("beginning")
    os.rename("beginning", "run")
    terminal.until(b"run: running, process %d on " % os.getpid(), "a run that began")
    terminal.until(b"q quits", "a run that began")
    append_epoch("run", 311)
    terminal.take_output(0)
    drawn = terminal.output
    terminal.until(b"0.311", "a new epoch")
    fits(drawn + terminal.output, 80, 24, "80x24")
    terminal.until(b"q quits", "a new epoch")
    terminal.resize(33, 7)
    terminal.until(b"q quits", "another size")
    check(not terminal.modes_are_those_before(), "the terminal waits for whole lines")

    # Stopped and continued by Ctrl-Z, then ended by q.
    terminal.send(b"\x1a")
    terminal.stopped("Ctrl-Z")
    terminal.until(GIVE_BACK, "Ctrl-Z")
    check(terminal.modes_are_those_before(), "Ctrl-Z: the terminal has other modes than before")
    os.kill(terminal.job, signal.SIGCONT)
    terminal.until(TAKE, "continued")
    terminal.until(b"q quits", "continued")
    fits(terminal.output, 33, 7, "33x7")
    terminal.send(b"q")
    terminal.ended("q", 0)

    # Killed while it is stopped: by Ctrl-Z, or since it was begun in the background, where it draws nothing.
    terminal = watch("run")
    terminal.until(b"q quits", "before Ctrl-Z")
    terminal.send(b"\x1a")
    terminal.stopped("Ctrl-Z")
    terminal.kill()
    terminal.ended("killed after Ctrl-Z", int(signal.SIGTERM))
    terminal = watch("run", shell="&")
    terminal.stopped("the background")
    terminal.kill()
    terminal.ended("killed in the background", int(signal.SIGTERM), drawn=False)
    check(terminal.output == b"", f"in the background: {terminal.output!r}")

    # Whatever ends it, the terminal is as it was.
    terminals = {name: watch("run") for name in ("Ctrl-C", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGALRM")}
    for name, terminal in terminals.items():
        terminal.until(b"q quits", name)
        if name == "Ctrl-C":
            terminal.send(b"\x03")
        else:
            os.kill(terminal.job, getattr(signal, name))
        terminal.ended(name, 0 if name == "Ctrl-C" else int(getattr(signal, name)))
    sys.exit(failures > 0)


main()
