"""Understanding 智能研判: what a message is about, where, how urgent, whether it came before. Suggestions only.

Pure modules without Django: `classify`, `leaves`, `places`, `urgency`, `privacy`, `similar`, joined by `understand`.
`loader` is the one door to the installation: it finds the newest model and the district's gazetteer.
"""
