"""Who may call: tenants, the clients of tenants and suppliers, their secrets, and the tokens that we sign for them.

A client has at most two live secrets: rotating puts a new one beside the old, and the oldest leaves. Secrets are 256
bits of chance and are kept as keyed hashes only. An access token is an ES256 `at+jwt` that tells client, scope and
epoch; whatever takes trust away from a client (disabled, revoked, its tenant disabled) raises its epoch, so that every
process refuses within two seconds the tokens that it was given before.

A signing key is published before it is used and verifies until the last token that it signed has ended:
published -> signs -> verifies only -> gone.
"""
