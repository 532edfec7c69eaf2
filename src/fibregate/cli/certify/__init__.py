"""`fibregate certify`: story F27 sent straight at an ISP's receiver, with everything that a receiver must withstand.

A plan is a list of checks; a check is volleys of shots, each one request with what the receiver has to make of it. What
it got wrong becomes a finding, which quotes the rule of `docs/reference/certify.md` and says what to do. What it did
with what it took can be seen only by asking it; where it cannot be asked, that is said.
"""
