"""The command `fibregate`."""
