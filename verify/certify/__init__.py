"""Certificates: the exact maximiser of a likelihood, enclosed in balls, with the argument why no other is higher."""

from .certificate import Certificate, CertificateVerdict, Enclosure
from .check import check
from .prove import certify

__all__ = ["Certificate", "CertificateVerdict", "Enclosure", "certify", "check"]
