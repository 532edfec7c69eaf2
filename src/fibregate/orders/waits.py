"""By when a tenant must answer a question of its network."""

from fibregate import calendars
from fibregate.clock import BusinessTime
from fibregate.orders.model import Order
from fibregate.suppliers.port import Update


def answer_by(order: Order, question: Update, now: BusinessTime) -> BusinessTime:
    """As the question says; where it does not, a charge waits 30 days, and anything else some working days."""
    if question.answer_by is not None:
        return BusinessTime(question.answer_by)
    if question.charge is not None:
        return calendars.charge_lapses(now)
    return calendars.silence_ends(now, order.nation, order.service_type)


def ends(order: Order, answer_by: BusinessTime | None, asked: BusinessTime) -> BusinessTime:
    """When our own network stops waiting: not before the usual time, however soon it wished for the answer."""
    usual = calendars.silence_ends(asked, order.nation, order.service_type)
    return max(answer_by, usual) if answer_by else usual


def reminds(order: Order, question: Update, now: BusinessTime) -> BusinessTime:
    """When the network first asks again."""
    if question.charge is not None:
        return calendars.charge_reminds(now, order.nation)
    return calendars.silence_warns(now, order.nation, order.service_type)
