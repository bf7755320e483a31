"""What a worker of a Dask cluster keeps between members: given once, and by the scheduler to every worker that joins later."""

import threading

from distributed import WorkerPlugin, get_worker

from model.errors import SolverError
from model.futures.draws import Floats
from model.futures.member import Record, Task, code_digest, solve_member
from model.language import told
from model.session import Session


class Desk(WorkerPlugin):  # type: ignore[misc] # the package ships without types
    """The task of an ensemble, and a session for each thread of the worker."""

    name = "pathways"

    def __init__(self, task: Task) -> None:
        self.task = task

    def setup(self, worker: object) -> None:
        """Called by Dask on the worker."""
        self.kept = threading.local()

    def solve(self, positions: Floats) -> Record:
        """Solve one member, unless this worker's code differs from the driver's. Raises ``SolverError``."""
        found = code_digest()
        if found != self.task.code:
            raise SolverError(told("worker_differs", found=found[:12], own=self.task.code[:12]))
        if not hasattr(self.kept, "session"):
            self.kept.session = Session()
        return solve_member(self.task, self.kept.session, positions)


def member_of(positions: Floats) -> Record:
    """Solve one member at the desk of the worker that runs this."""
    desk: Desk = get_worker().plugins[Desk.name]
    return desk.solve(positions)
