"""A network far away that speaks the wholesale dialect over HTTP: another Fibregate, or any that takes the same calls.

`adapter.py` has the calls, `asking.py` writes what is asked, `wire.py` and `reading.py` read what is answered, and
`faults.py` says what every other answer means. Nothing here knows a database. Invariant: a call that may have been
heard is never said a second time, and a failure says whether it can have been.
"""
