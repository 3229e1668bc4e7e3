"""The permission matrix: every route × role × relation against one readable table.

`table.py` says what should be, `objects.py` makes the world, `cells.py` asks every cell, `test_matrix.py` compares,
`test_plants.py` shows that planted leaks are found. A new route without a row in the table fails.
"""
