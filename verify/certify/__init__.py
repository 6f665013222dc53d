"""Certificates: the exact maximiser of a likelihood, enclosed in balls, with the argument why no other is higher."""

if __name__ != "thetahat.verify.certify":
    raise ImportError(f"this folder is the package 'thetahat.verify.certify', not {__name__!r}", name=__name__)

from .certificate import Certificate, CertificateVerdict
from .checker import check
from .enclosures import Enclosure
from .prove import certify
from .structured_certificate import StructuredCertificate
from .summary import Summary, summarise

__all__ = [
    "Certificate",
    "CertificateVerdict",
    "Enclosure",
    "StructuredCertificate",
    "Summary",
    "certify",
    "check",
    "summarise",
]
