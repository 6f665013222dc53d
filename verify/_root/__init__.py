"""thetahat: declare a family of distributions; its maximum-likelihood estimator is derived, proved and tested.

Everything a user needs is imported from here, each name at first use, so that ``import thetahat`` stays cheap.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if __name__ != "thetahat":
    raise ImportError(f"this folder is the package 'thetahat', not {__name__!r}", name=__name__)

if TYPE_CHECKING:
    from thetahat.proofs.derivation import Derivation, Evidence, Outcome, Verdict
    from thetahat.proofs.directions import derive
    from thetahat.proofs.family import Covariate, Family, Observed, Parameter, Source
    from thetahat.proofs.laws import laws
    from thetahat.proofs.registry import families, family, register, structured
    from thetahat.proofs.targets import Member, Mixture, Table
    from thetahat.proofs.theorem import theorem
    from thetahat.verify.certify import (
        Certificate,
        CertificateVerdict,
        StructuredCertificate,
        Summary,
        certify,
        summarise,
    )
    from thetahat.verify.claims import Claim, ClaimVerdict, check_claim
    from thetahat.verify.compiled.kept import CompiledEstimator, estimator
    from thetahat.verify.estimators import check_estimator
    from thetahat.verify.fitting import fit
    from thetahat.verify.marking import estimates, parametrize_with_checks
    from thetahat.verify.projections import Projection, i_projection, m_projection
    from thetahat.verify.rows import RowFits, fit_rows
    from thetahat.verify.streaming import streaming_machine
    from thetahat.verify.structured_fit import StructuredFit
    from thetahat.verify.suite import check_family

__version__ = "0.1.0"

_HOME = {
    "Certificate": "thetahat.verify.certify",
    "CertificateVerdict": "thetahat.verify.certify",
    "Claim": "thetahat.verify.claims",
    "ClaimVerdict": "thetahat.verify.claims",
    "CompiledEstimator": "thetahat.verify.compiled.kept",
    "Covariate": "thetahat.proofs.family",
    "Derivation": "thetahat.proofs.derivation",
    "Evidence": "thetahat.proofs.derivation",
    "Family": "thetahat.proofs.family",
    "Member": "thetahat.proofs.targets",
    "Mixture": "thetahat.proofs.targets",
    "Outcome": "thetahat.proofs.derivation",
    "Observed": "thetahat.proofs.family",
    "Parameter": "thetahat.proofs.family",
    "Projection": "thetahat.verify.projections",
    "RowFits": "thetahat.verify.rows",
    "Source": "thetahat.proofs.family",
    "StructuredCertificate": "thetahat.verify.certify",
    "StructuredFit": "thetahat.verify.structured_fit",
    "Summary": "thetahat.verify.certify",
    "Table": "thetahat.proofs.targets",
    "Verdict": "thetahat.proofs.derivation",
    "certify": "thetahat.verify.certify",
    "check_claim": "thetahat.verify.claims",
    "check_estimator": "thetahat.verify.estimators",
    "check_family": "thetahat.verify.suite",
    "derive": "thetahat.proofs.directions",
    "estimates": "thetahat.verify.marking",
    "estimator": "thetahat.verify.compiled.kept",
    "families": "thetahat.proofs.registry",
    "family": "thetahat.proofs.registry",
    "fit": "thetahat.verify.fitting",
    "fit_rows": "thetahat.verify.rows",
    "i_projection": "thetahat.verify.projections",
    "laws": "thetahat.proofs.laws",
    "m_projection": "thetahat.verify.projections",
    "parametrize_with_checks": "thetahat.verify.marking",
    "register": "thetahat.proofs.registry",
    "streaming_machine": "thetahat.verify.streaming",
    "structured": "thetahat.proofs.registry",
    "summarise": "thetahat.verify.certify",
    "theorem": "thetahat.proofs.theorem",
}

__all__ = [
    "Certificate",
    "CertificateVerdict",
    "Claim",
    "ClaimVerdict",
    "CompiledEstimator",
    "Covariate",
    "Derivation",
    "Evidence",
    "Family",
    "Member",
    "Mixture",
    "Observed",
    "Outcome",
    "Parameter",
    "Projection",
    "RowFits",
    "Source",
    "StructuredCertificate",
    "StructuredFit",
    "Summary",
    "Table",
    "Verdict",
    "__version__",
    "certify",
    "check_claim",
    "check_estimator",
    "check_family",
    "derive",
    "estimates",
    "estimator",
    "families",
    "family",
    "fit",
    "fit_rows",
    "i_projection",
    "laws",
    "m_projection",
    "parametrize_with_checks",
    "register",
    "streaming_machine",
    "structured",
    "summarise",
    "theorem",
]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'thetahat' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    if name == "Family" and "hypothesis" in sys.modules:
        # Hypothesis came first, when there were no families to tell it of.
        import_module("thetahat.strategies.entry").setup()
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
