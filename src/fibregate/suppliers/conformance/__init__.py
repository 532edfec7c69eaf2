"""What every network must do that is called over the port, clause by clause, and a way to try it.

`clauses.py` has the rules, `trials/` tries them in turn, each building on what the ones before found out, and
`form.py` judges every single answer of a network that is called over HTTP. An adapter of another dialect is tried
through `calls.Network` alone: what needs the wire is then skipped, and said to be. No database.
"""
