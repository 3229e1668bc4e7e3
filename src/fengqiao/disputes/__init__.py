"""The matter itself 矛盾纠纷: one dispute 纠纷 under one number, with parties 当事人, claims 请求, proofs, stages.

A dispute keeps the number of the contact it came from. Who has a part in it is a *seat*; what may be read is cut into
compartments: the stage is open to whoever sees the dispute, the parties' account to the *case* side, what was said to
settle to the *mediation* side alone. Nothing here can delay docketing 立案.
"""
