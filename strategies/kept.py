"""A property that is computed once for an object, without the lock that Python takes for it before its release 3.12.

The lock takes longer than many of the values that a certificate asks of a short dataset.
"""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or sys.version_info >= (3, 12):
    kept = cached_property
else:

    class kept(cached_property):  # noqa: N801 - it stands for a function
        """The same as ``cached_property``; two threads may both compute the value, and keep either.

        >>> class Some:
        ...     @kept
        ...     def number(self):
        ...         return object()
        >>> some = Some()
        >>> some.number is some.number
        True
        """

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            """Return the value, which is found in the object itself from then on."""
            if instance is None:
                return self
            value = instance.__dict__[self.attrname] = self.func(instance)
            return value
