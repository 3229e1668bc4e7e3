"""The ledger 账本: double entry for prepaid money, in SQL functions that are its only door.

`rules` what may be asked and answered, `doors` the calls, `batching` many requests in one call, `queries` questions,
`jobs` months, roll-up, days. The SQL lies in `sql/`; see docs/reference/ledger.md.
"""
