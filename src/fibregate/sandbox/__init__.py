"""The sandbox: a network that acts out stories, on a clock that can be moved, over invented premises.

A story is one YAML file in `stories/`: a course of steps, each with a time, what the network says then, and in which
words. The UPRN chooses the story unless the order asks for a scenario. A run of a story is a row; one lane an order
plays its next step, says it through the inbox like any other supplier, and sets the time of the step after. What looks
like chance is a hash of premises and order, so equal orders at equal times give equal bytes. Production never loads it.
"""
