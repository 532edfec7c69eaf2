"""The web floor: where every request is read, authorised, answered and described.

A face of the gateway is a `Door`: a prefix, a `Dialect` (how it spells headers, statuses and codes) and a table of
`Route` declarations, from which come the registration and the OpenAPI document. A `Gate` puts all doors behind one
port.

A request walks like this:

1. `edge` reads the head. Over 16 KiB it answers 431; a request that is not all there after 10 seconds is closed.
2. `gate` finds the route by path and method. An unknown path is 404, an unknown method 405, as the door spells them.
3. `body` reads at most 256 KiB within 10 seconds. More is read and dropped up to 1 MiB, so that the 413 is seen.
4. `endpoint` takes the token and asks who that is (401) and whether the scope allows it (403); a `Tenant` header that
   is not the token's tenant is 401. Until here nothing is said of the rest.
5. `reading` reads headers, path, query and body, and gathers every fault of all of them. Any fault of the 400 kind
   (not JSON, a wrong JSON type, a missing header or parameter, anything sent twice) makes the answer 400, else it is
   422; it names all of them, by their wire path, each with what is accepted.
6. The action runs, for at most 25 seconds. What it raises from `errors` is spelt by the dialect; anything else is a
   bug, logged once with its uuid and answered as the dialect's fault.
7. The answer echoes `X-Request-ID` and `X-Conversation-ID`; one line goes to the log and one count to the metrics.

Invariant: whatever comes in, the answer is a 4xx with `uuid`, `code` and `messages`, or what the route declares.
"""
