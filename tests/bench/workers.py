"""The processes that the benchmark drives: a word goes in, a line of JSON comes back, and what the kernel says of the time between."""

import json
import subprocess
from pathlib import Path


def scheduler_times(process):
    """Seconds that the process's threads ran, and that they were ready to run but waited for a core."""
    ran = waited = 0
    for task in Path(f"/proc/{process}/task").iterdir():
        try:
            numbers = (task / "schedstat").read_text().split()
        except OSError:
            continue
        ran, waited = ran + int(numbers[0]), waited + int(numbers[1])
    return ran / 1e9, waited / 1e9


def kilobytes(file, key):
    """Bytes of a line such as "VmHWM:  1234 kB"."""
    for line in Path(file).read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) << 10
    return 0


def machine_memory():
    return kilobytes("/proc/meminfo", "MemTotal:")


class Worker:
    def __init__(self, command):
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.greeting = self.reply()

    def send(self, word):
        self.before = scheduler_times(self.process.pid)
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def reply(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args[0]} ended with status {self.process.wait()}")
        return json.loads(line)

    def receive(self):
        reply = self.reply()
        ran, waited = (after - before for after, before in zip(scheduler_times(self.process.pid), self.before))
        return reply | {"ran": ran, "waited": waited}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Team:
    """One process of two threads, or two of one thread that work at the same time."""

    def __init__(self, workers):
        self.workers, self.losses = workers, []  # of the steps of the first worker

    def __call__(self, word):
        if word.startswith("load"):
            self.losses = []
            for worker in self.workers:
                Path(f"/proc/{worker.process.pid}/clear_refs").write_text("5")
        for worker in self.workers:
            worker.send(word)
        replies = [worker.receive() for worker in self.workers]
        ran, waited = sum(reply["ran"] for reply in replies), sum(reply["waited"] for reply in replies)
        if word == "step":
            self.losses.append(replies[0]["loss"])
        return {"seconds": max(reply.get("seconds", 0) for reply in replies), "loss": replies[0].get("loss"), "ran": ran,
                "waited": waited, "starved": waited / max(ran + waited, 1e-9), "replies": replies}

    def peak(self):
        """Bytes of the largest process, since its last load."""
        return max(kilobytes(f"/proc/{worker.process.pid}/status", "VmHWM:") for worker in self.workers)

    def close(self):
        for worker in self.workers:
            worker.close()
