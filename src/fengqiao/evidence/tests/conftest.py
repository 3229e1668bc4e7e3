import pytest


@pytest.fixture(autouse=True)
def own_log(settings, tmp_path):
    """Files, keys and policy of the log in a folder of the test's own."""
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    settings.EVIDENCE_VAULT = tmp_path / "vault"
    settings.EVIDENCE_POLICY = tmp_path / "policy"
    settings.EVIDENCE_ORIGIN = "log.example/evidence"
    settings.EVIDENCE_KEY = "33" * 32
