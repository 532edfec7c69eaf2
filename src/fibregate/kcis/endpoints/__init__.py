"""Endpoints: where a tenant wants its KCIs, and in which rendering.

Enabled or suspended, an endpoint gathers every KCI that is told from its creation on; suspended, it is sent none. One
that is deleted gathers nothing more and can no longer be seen. Its secret is shown to the request that made it.
"""
