"""Court 法院: judicial confirmation 司法确认 of mediation agreements by the green channel 绿色通道.

Both parties apply together; the court's desk looks at papers and points, never at the words of the agreement; the judge
reads agreement and certificate and nothing else, hears both, and rules. What was said to settle stays behind its wall.
"""
