"""Keys made to be destroyed: what they sealed is readable until then, and never again."""

import uuid

import pytest
from cryptography.exceptions import InvalidTag

from fengqiao.kernel import keys


@pytest.fixture
def name(settings, tmp_path):
    settings.ERASABLE_KEYS = tmp_path / "keys"
    made = uuid.uuid4()
    keys.make(made)
    return made


def test_sealed_and_read_for_its_purpose_alone(name):
    sealed = keys.seal(name, b"217.00", purpose="round 1")
    assert b"217" not in sealed
    assert keys.unseal(name, sealed, purpose="round 1") == b"217.00"
    with pytest.raises(InvalidTag):
        keys.unseal(name, sealed, purpose="round 2")


def test_destroyed_is_destroyed_and_twice_is_once(name, settings):
    sealed = keys.seal(name, b"x", purpose="p")
    keys.destroy(name)
    keys.destroy(name)
    assert not keys.exists(name)
    assert not [path for path in settings.ERASABLE_KEYS.rglob("*") if path.is_file()]
    with pytest.raises(keys.Destroyed):
        keys.unseal(name, sealed, purpose="p")


def test_a_name_is_used_once(name, settings):
    with pytest.raises(FileExistsError):
        keys.make(name)
    (path,) = [path for path in settings.ERASABLE_KEYS.rglob("*") if path.is_file()]
    assert path.stat().st_mode & 0o777 == 0o600
