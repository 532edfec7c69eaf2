"""The faces of the gateway: each folder speaks one dialect and knows no other."""
