"""Runs two commands in turn and prints how they compare: `pairs.py [options] -- A… -- B…`.

Each pair is one run of A and one of B right after it, in changing order, so that whatever else the
machine does meets both. The medians are of whole processes, from spawn to exit, output to /dev/null.
"""

import argparse
import os
import statistics
import sys
import time

DEVNULL = os.open(os.devnull, os.O_RDWR)
FILES = [(os.POSIX_SPAWN_DUP2, DEVNULL, fd) for fd in (0, 1, 2)]


def run(command, times=1):
    """Seconds of wall clock and of CPU (user and system) of one run."""
    start = time.perf_counter()
    cpu = 0.0
    for _ in range(times):
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=FILES)
        _, status, usage = os.wait4(child, 0)
        cpu += usage.ru_utime + usage.ru_stime
        # 1 is an answer too: nothing found, findings.
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            sys.exit(f"failed: {' '.join(command)}")
    return (time.perf_counter() - start) / times, cpu / times


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=11)
    parser.add_argument("--times", type=int, default=1, help="runs that count as one, for short ones")
    parser.add_argument("--cpu", action="store_true", help="compare CPU time instead of wall clock")
    parser.add_argument("--name", default="")
    parser.add_argument("--goal", default="")
    parser.add_argument("--clean", action="append", default=[], help="a folder to empty before each run")
    options, rest = parser.parse_known_args()
    rest = rest[1:] if rest and rest[0] == "--" else rest
    split = rest.index("--")
    commands = rest[:split], rest[split + 1 :]
    taken = ([], [])
    for pair in range(options.pairs + 1):
        for side in (0, 1) if pair % 2 else (1, 0):
            for folder in options.clean:
                for name in os.listdir(folder):
                    os.remove(os.path.join(folder, name))
            seconds = run(commands[side], options.times)[1 if options.cpu else 0]
            # The first pair warms the page cache.
            if pair:
                taken[side].append(seconds)
    ours, theirs = map(statistics.median, taken)
    ratios = sorted(a / b for a, b in zip(*taken))
    quarter = len(ratios) // 4
    print(
        f"{options.name:<34} {ours * 1000:9.2f} {theirs * 1000:9.2f} {statistics.median(ratios):7.3f}"
        f"  ({ratios[quarter]:.3f}-{ratios[-1 - quarter]:.3f})  {options.goal}",
        flush=True,
    )


main()
