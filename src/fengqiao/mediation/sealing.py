"""Electronic seals: PAdES signatures with an RFC 3161 time stamp on the PDFs we issue, and their examination.

A keystore `<code>.p12` in SEALS belongs to an organisation; where none lies, one is made for this installation alone,
and says so in its name. The time stamp comes from TSA_URL; without one, from a key of this installation.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import functools
import hashlib
import hmac
import io
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from asn1crypto import x509 as asn1  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it finds is told by `examine`, not by a trace
T = TypeVar("T")
SELF_MADE = "self-made key of this installation"
_TSA = "time-stamps"
_VALID_DAYS = 3650
_ROOM = 16384
"""Bytes kept for signature and time stamp; one signing pass instead of two."""


def _passphrase(code: str) -> bytes:
    key = bytes.fromhex(settings.FIELD_KEY)
    return hmac.new(key, f"seal\0{code}".encode(), hashlib.sha256).hexdigest().encode()


def _store_of(code: str) -> Path:
    assert code and "/" not in code and not code.startswith("."), code
    return Path(settings.SEALS) / f"{code}.p12"


def _make(code: str, name: str) -> None:
    """A keystore with a certificate of its own: proves that nothing changed, not who stands behind it."""
    is_tsa = code == _TSA
    key = rsa.generate_private_key(65537, 2048) if is_tsa else ec.generate_private_key(ec.SECP256R1())
    who = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, SELF_MADE),
        ]
    )
    now = dt.datetime.now(dt.UTC)
    purpose = ExtendedKeyUsageOID.TIME_STAMPING if is_tsa else ExtendedKeyUsageOID.EMAIL_PROTECTION
    built = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=_VALID_DAYS))
        .not_valid_after(now + dt.timedelta(days=_VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=is_tsa)
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    raw = pkcs12.serialize_key_and_certificates(
        code.encode(), key, built, None, serialization.BestAvailableEncryption(_passphrase(code))
    )
    path = _store_of(code)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)


@functools.lru_cache(maxsize=64)
def _signer(code: str, name: str, folder: str) -> signers.SimpleSigner:
    if not _store_of(code).exists():
        _make(code, name)
    found = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
        str(_store_of(code)), passphrase=_passphrase(code)
    )
    assert isinstance(found, signers.SimpleSigner), f"the keystore of {code} cannot be opened"
    return found


def _time_stamper() -> timestamps.TimeStamper:
    if settings.TSA_URL:
        return timestamps.HTTPTimeStamper(settings.TSA_URL, timeout=10)
    own = _signer(_TSA, "Fengqiao local time stamps", str(settings.SEALS))
    return timestamps.DummyTimeStamper(tsa_cert=own.signing_cert, tsa_key=own.signing_key)


def responder_answer(request: bytes) -> bytes:
    """What the installation's own RFC 3161 responder answers to a request, as DER; for offices that run one inside."""
    from asn1crypto import tsp

    own = _signer(_TSA, "Fengqiao local time stamps", str(settings.SEALS))
    stamper = timestamps.DummyTimeStamper(tsa_cert=own.signing_cert, tsa_key=own.signing_key)
    answer = stamper.request_tsa_response(tsp.TimeStampReq.load(request))
    der: bytes = answer.dump()
    return der


def seal(pdf: bytes, *, code: str, name: str, reason: str) -> bytes:
    """The PDF with the seal of an organisation (PAdES, time-stamped) added behind: what was there stays as it is."""
    meta = signers.PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm="sha256",
        reason=reason,
        name=name,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    signer = _signer(code, name, str(settings.SEALS))
    out = io.BytesIO()
    made = signers.PdfSigner(meta, signer, timestamper=_time_stamper())
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    _apart(lambda: made.sign_pdf(writer, output=out, bytes_reserved=_ROOM))
    return out.getvalue()


def _apart(call: Callable[[], T]) -> T:
    """pyHanko opens an event loop of its own: where one runs already, it gets a thread of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return call()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


@dataclasses.dataclass(frozen=True)
class Examined:
    """What the newest signature of a PDF says. `covers`: what was signed is the whole file but the signature."""

    name: str
    is_intact: bool
    is_valid: bool
    covers: bool
    stamped_at: dt.datetime | None
    is_self_made: bool
    is_trusted: bool


def _roots() -> list[asn1.Certificate]:
    """Certificates of issuers this installation trusts: PEM files in SEALS/trusted."""
    found = []
    for path in sorted((Path(settings.SEALS) / "trusted").glob("*.pem")):
        der = x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(serialization.Encoding.DER)
        found.append(asn1.Certificate.load(der))
    return found


def examine(pdf: bytes) -> Examined | None:
    """The newest signature in a PDF; None where there is none. Trust in the issuer is told apart."""
    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if not found:
            return None
        newest = found[-1]
        own: Any = newest.signer_cert
        context = ValidationContext(trust_roots=_roots(), allow_fetching=False, revocation_mode="soft-fail")
        status = _apart(
            lambda: validate_pdf_signature(newest, signer_validation_context=context, ts_validation_context=context)
        )
    except Exception:  # whatever a foreign file does to the reader, it is not a good signature
        return None
    subject = own.subject.native
    stamp = status.timestamp_validity
    return Examined(
        name=str(subject.get("common_name", "")),
        is_intact=bool(status.intact),
        is_valid=bool(status.valid),
        covers=str(status.coverage) == "SignatureCoverageLevel.ENTIRE_FILE",
        stamped_at=stamp.timestamp if stamp is not None and stamp.intact and stamp.valid else None,
        is_self_made=_is_self_made(own),
        is_trusted=bool(status.trusted),
    )


def _is_self_made(certificate: asn1.Certificate) -> bool:
    return SELF_MADE in str(certificate.subject.native.get("organizational_unit_name", ""))
