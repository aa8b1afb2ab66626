"""A simulated mid-size retailer, so that the assistant has something to talk about at once."""

from tools.data.demo.build import build_demo

__all__ = ["build_demo"]
