"""测算 calculators: fees, time limits, interest and damages as pure functions, each number with its rule and article.

One module a calculator: an `Input` (frozen; JSON in yuan and days) and a function of input and `Law` that gives a `Result`.
`law` looks rules up by the day of the fact, `answers` holds values, steps in both languages and the rules behind each,
`asking` describes inputs, `catalogue` lists them all. Nothing here reads the database or the clock.
"""
