"""Declaration to inputs: Hypothesis strategies for parameters, datasets, weights and members."""

if __name__ != "thetahat.strategies":
    raise ImportError(f"this folder is the package 'thetahat.strategies', not {__name__!r}", name=__name__)

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .conditions import Truth, decide, decide_all
    from .multiplicities import weights
    from .observations import can_fail, datasets
    from .spaces import constants, instances, members, parameters

__all__ = [
    "Truth",
    "can_fail",
    "constants",
    "datasets",
    "decide",
    "decide_all",
    "instances",
    "members",
    "parameters",
    "weights",
]

# Each public name and the module it lies in; no module bears the name of something public, which it would hide.
_HOME = {
    "Truth": "conditions",
    "can_fail": "observations",
    "constants": "spaces",
    "datasets": "observations",
    "decide": "conditions",
    "decide_all": "conditions",
    "instances": "spaces",
    "members": "spaces",
    "parameters": "spaces",
    "weights": "multiplicities",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for on first use, so that deciding a condition does not import Hypothesis."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names."""
    return __all__
