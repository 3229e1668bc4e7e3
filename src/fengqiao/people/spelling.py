"""Pinyin of names, for finding a place by typing Latin letters."""

from __future__ import annotations


def spell(name: str) -> tuple[str, str]:
    """ "东华门街道" → ("donghuamenjiedao", "dhmjd"). Figures and letters stay as they are, in lower case."""
    from pypinyin import lazy_pinyin  # its dictionary takes a fifth of a second to load; only new names need it

    syllables = [syllable.lower() for syllable in lazy_pinyin(name)]
    whole = "".join("".join(filter(str.isalnum, syllable)) for syllable in syllables)
    initials = "".join(syllable if syllable[:1].isdigit() else syllable[:1] for syllable in syllables)
    return whole[:200], "".join(filter(str.isalnum, initials))[:40]
