"""The gateway's outbound client alone: so many tasks post the same bytes as fast as they can. A program of its own.

Prints the CPU time of the posts, in seconds.
"""

import asyncio
import sys
import time

from bench.delivery.letters import headers, letter
from bench.delivery.peers import CONCURRENCY, LOOPBACK
from fibregate.web.connector import Connector
from fibregate.web.server import run


async def main(url: str, posts: int) -> None:
    """Nothing is signed, nothing is written down: the headers, as long as the gateway's, are made beforehand."""
    made = [letter(one % CONCURRENCY, one // CONCURRENCY + 1) for one in reversed(range(posts))]
    left = [(body, headers(name)) for name, body in made]

    async def caller() -> None:
        while left:
            answer = await connector.post(url, *left.pop())
            assert answer.status == 204

    used = time.process_time()
    async with Connector(LOOPBACK, connect_seconds=5, total_seconds=20) as connector:
        await asyncio.gather(*(caller() for _ in range(CONCURRENCY)))
    print(time.process_time() - used)


if __name__ == "__main__":
    run(main(sys.argv[1], int(sys.argv[2])))
