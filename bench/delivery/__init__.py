"""How fast KCIs are delivered, beside the same client alone and beside two queues that live in PostgreSQL.

Each side posts the same bytes to the same receiver, and the same ledger judges what arrived: nothing lost, nothing
twice, and each order's in their order. How to read it: `docs/performance.md`.

- `receiver.py`: a cheap receiver, a program of its own, that notes when what came
- `ledger.py`: what arrived against what was told
- `stock.py`: orders, KCIs and lanes as rows in bulk; `letters.py`: their facts, and the bytes that the peers post
- `sides.py`: the gateway, PgQueuer and Procrastinate, each with its stock and its worker
- `peers.py`: the peers' workers, `client.py`: the client alone, `teller.py`: who tells at a steady rate; programs
- `parts.py`: what takes turns with what; `claims.py`: how long a claim takes; `found.py`: what came of it;
  `report.py`: the tables
"""
