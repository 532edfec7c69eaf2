"""Proofs that the gateway keeps its promises under kills, races and hostile receivers. See `docs/proof.md`.

Nothing here imports the gateway: it is started as its own commands, spoken to over HTTP, killed, and judged by what
its callers, its receivers and its database say. Each proof first has to catch bugs that are planted in a copy of the
source; one that does not is worth nothing, and says so.

- `ground.py`: the gateway's processes, from any source tree; `town.py`: what it is furnished with
- `caller.py`: who asks, again and again under the same ids; `receiver.py`: who is told, a program of its own
- `traffic.py`: orders and what their network says of them, the usual load
- `history.py`: what callers and receivers wrote down, and the rows of the database; `checker.py`: whether the three
  agree; `lanes.py`: what a receiver's log says by itself, of any sender
- `model.py`: what a proof is and what it finds; `prover.py`: running one; `seeds.py`, `seeds_….py`: the planted bugs
- `t1.py` and so on: the proofs; `__main__.py` runs them
"""
