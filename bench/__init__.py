"""How fast the gateway is, as a ratio to pgbench running the gateway's own statements on the same server.

`python -m bench` starts a server of its own, fills it, runs the real service and pgbench in turns, compares, and then
looks whether the rows are what the answers said. How to read it: `docs/performance.md`.

- `ground.py`: the server, the network, the tenants
- `service.py`: the gateway's processes and what they use
- `load.py`: 64 callers, a program of its own; `callers.py` says what they send
- `peer.py`: pgbench; `scripts.py`: the statements that it runs, watched while the gateway sends them
- `doors.py`: the door alone beside a bare Starlette, a program of its own
- `rounds.py`: turns and their figures, `parts.py`: what takes turns with what
- `checks.py`: rows against answers, `report.py`: the table
- `delivery/`: how fast KCIs are delivered, beside the client alone and beside two other queues
"""
