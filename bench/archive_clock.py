"""Runs a program and tells on the last line what it took, as JSON: `python -I -S archive_clock.py PROGRAM ARGUMENT...`.

A process of its own, and a small one: what a child is told to have used at most (getrusage(2), ru_maxrss) begins with
what its parent had when it was started.
"""

import json
import os
import sys
import time


def main() -> None:
    began = time.perf_counter()
    child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
    _, status, used = os.wait4(child, 0)
    took = time.perf_counter() - began
    told = {"seconds": took, "working": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024}  # Linux says kB
    print(json.dumps(told))
    sys.exit(os.waitstatus_to_exitcode(status) != 0)


if __name__ == "__main__":
    main()
