"""Networks: what we ask of them, what they tell us, the one that is our own, and those far away.

`port.py`, `questions.py`, `answers.py` and `failures.py` hold the words in which every network is spoken to and heard.
`network/` is our own network, in the same database; what happens there comes in as the same updates as any other
supplier's, through the inbox. `http/` speaks to those far away, `accounts/` says who we are there and which tenant may
use which, `ledger/` keeps every call that has an effect, `circuits/` how they have been answering, and `conformance/`
tries what every one of them must do.
"""
