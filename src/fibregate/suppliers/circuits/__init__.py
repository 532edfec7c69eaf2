"""How suppliers answer all processes: each tells what it sees, and what all see together is shown and alarmed.

A circuit is one process's: closed, open, half open (`suppliers/breaker.py`). Invariant: nothing of this is written in a
unit of somebody else's, and a row that is not told again for a minute counts no more, so a crash leaves nothing behind.
"""
