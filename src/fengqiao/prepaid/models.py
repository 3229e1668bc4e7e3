"""Tables of prepaid. Those of the ledger are not here: nothing but its functions writes them (`ledger/sql`)."""
