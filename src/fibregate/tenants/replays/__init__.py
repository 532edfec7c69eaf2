"""What was asked at the tenant door, so that asked again it is answered again and done once.

A request is known by its route, its `X-Request-ID` and its body, and by its `Idempotency-Key` where it has one, which
goes with one body only. Its row is claimed before anything is done and answered with what was done. Where all that is
done is in our own database, both happen in the one transaction, so a crash leaves neither or both; where a network is
called in between, the claim is committed first. Where others are only asked, and that changes nothing at them, they
are asked before: equal requests at once may both ask, and one answer is kept.

claimed -> answered; or withdrawn, where nothing was done. Invariant: of equal requests within 30 days of business time
one does something, and all that are answered are answered with the same bytes. A refusal is not kept.
"""
