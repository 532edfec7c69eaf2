"""Fibregate: a wholesale gateway for fibre networks.

An ISP asks what is available at an address, books an appointment, places an order and is kept informed until it is
done; a network, or an aggregator in front of many, answers. `docs/house.md` tells where things are.
"""

from importlib.metadata import version

__version__ = version("fibregate")
