"""Work for later: one row a key, so that what shares a key happens in order and nothing else waits for it.

A lane has work left while `last_done < last_enqueued`; no counter decides it. It is claimed in due order of the
business clock, leased by the real clock, and finished under the generation of its claim: a worker that was thought
dead and comes back finishes nothing. Who enqueues does so in the transaction that makes the work.

Queues take turns by their shares, and a long one leaves room for those that have only a little to do (`courtesy`).
"""
