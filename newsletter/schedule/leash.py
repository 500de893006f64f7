"""The leash: every child ends when the process that started it is gone, however that went.

Each child holds the reading end of a pipe whose other end is ours alone. The kernel closes that one with us; then the
child reads the end of the file, and leaves as if it were told to by SIGTERM.
"""

from __future__ import annotations

import os
import signal
import threading

_LATE = 70  # exit status of one that had to be cut off


class Leash:
    """Our side of it, one for all children."""

    def __init__(self) -> None:
        self.end, self._ours = os.pipe()  # neither is inherited, but for what `pass_fds` names

    def let_go(self) -> None:
        """Ends every child that is left. A second time is harmless."""
        if self._ours >= 0:
            os.close(self._ours)
            os.close(self.end)
            self._ours = -1


def hold_on(end: int, grace: float) -> None:
    """A child's side: waits in a thread for its parent to go, then ends this process, after `grace` seconds at most."""
    threading.Thread(target=_wait, args=(end, grace), name="leash", daemon=True).start()


def _wait(end: int, grace: float) -> None:
    while os.read(end, 1):  # nobody ever writes to it
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(grace)
    os._exit(_LATE)
