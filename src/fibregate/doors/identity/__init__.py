"""Where clients trade their secrets for access tokens, and where the keys are published that verify those.

`POST /IdentityModule/v1.0/oauth/token` speaks OAuth (RFC 6749), in its refusals too; `GET /.well-known/jwks.json` and
`GET /.well-known/webhook-keys/{id}` are JWK sets (RFC 7517).
"""
