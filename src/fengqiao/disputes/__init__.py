"""矛盾纠纷 disputes: the matter itself, its parties, stages and claims; what it costs and how long it may wait."""
