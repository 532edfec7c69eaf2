"""The sandbox's own door: move the clock, read the stories, and see which one an order plays. Mounted nowhere else."""
