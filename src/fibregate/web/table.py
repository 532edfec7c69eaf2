"""The table of all paths: which endpoint answers a path and a method."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fibregate.errors import Malformed
from fibregate.web import query
from fibregate.web.endpoint import Endpoint
from fibregate.web.reading import path_parameters


@dataclass(slots=True)
class Place:
    """One path and its endpoints by method; `wild` are the positions of its parameters."""

    segments: tuple[str, ...]
    wild: frozenset[int]
    by_method: dict[str, Endpoint] = field(default_factory=dict[str, Endpoint])

    def fits(self, segments: Sequence[str]) -> bool:
        pairs = enumerate(zip(self.segments, segments, strict=True))
        return all(at in self.wild or ours == theirs for at, (ours, theirs) in pairs)

    def endpoint(self, method: str) -> Endpoint | None:
        """A HEAD is a GET whose body the server leaves out."""
        return self.by_method.get("GET" if method == "HEAD" else method)

    @property
    def allow(self) -> list[str]:
        return sorted({*self.by_method, "OPTIONS", *(["HEAD"] if "GET" in self.by_method else [])})


class Table:
    """Fixed paths are found by a look-up, those with parameters by comparing segments, fixed ones first."""

    def __init__(self) -> None:
        self._fixed: dict[bytes, Place] = {}
        self._by_length: dict[int, list[Place]] = {}

    def add(self, endpoint: Endpoint) -> None:
        """Raises ValueError when this method and path are taken."""
        path, method = endpoint.path, endpoint.route.method
        place = self._place_for(path)
        if method in place.by_method:
            raise ValueError(f"{method} {path} is declared twice")
        place.by_method[method] = endpoint
        if not place.wild:
            self._fixed[path.encode()] = place

    def find(self, raw: bytes) -> tuple[Place | None, Sequence[str]]:
        """The place of a raw path, and its decoded segments where the place has parameters; raises `Malformed`."""
        fixed = self._fixed.get(raw)
        if fixed is not None:
            return fixed, ()
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("path: not valid UTF-8") from None
        segments = [query.decoded(part, "path") for part in text.split("/")]
        return next((one for one in self._by_length.get(len(segments), ()) if one.fits(segments)), None), segments

    def _place_for(self, path: str) -> Place:
        wild = frozenset(one.position for one in path_parameters(path))
        segments = tuple("" if at in wild else part for at, part in enumerate(path.split("/")))
        same = self._by_length.setdefault(len(segments), [])
        for place in same:
            if (place.segments, place.wild) == (segments, wild):
                return place
        place = Place(segments, wild)
        same.append(place)
        same.sort(key=lambda one: len(one.wild))
        return place
