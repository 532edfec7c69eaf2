"""Cases: orders as an operator looks into them: found by whatever is known of one, who must act, and why it is so.

Read only. Every tenant's rows are read as that tenant.
"""
