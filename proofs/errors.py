"""The exceptions of the package: one base, each also the built-in a caller would expect."""


class ThetahatError(Exception):
    """Base of every error raised on purpose here."""


class DeclarationError(ThetahatError, ValueError):
    """A family's declaration contradicts itself or leaves something out."""


class UnknownFamilyError(ThetahatError, LookupError):
    """No family, data set or column of that name is known."""


class SupportError(ThetahatError, ValueError):
    """An observation lies outside the support."""


class DataError(ThetahatError, ValueError):
    """Data or weights have the wrong shape, are empty, or are not finite numbers."""


class ParameterError(ThetahatError, ValueError):
    """A parameter value lies outside the parameter space, or is missing."""


class ExistenceError(ThetahatError, ArithmeticError):
    """The dataset has no maximiser of the likelihood in the parameter space."""


class NotUniqueError(ExistenceError):
    """Several parameter values are equally likely and none is more so: no single one is the estimate."""


class UnsolvedError(ThetahatError, ArithmeticError):
    """The engine has no estimator for this family, or an iteration did not converge."""


class ExpressionError(ThetahatError, ValueError):
    """A text is no expression that can be read, or one that is too large."""


class UndecidedError(ThetahatError, ArithmeticError):
    """A claim could be neither confirmed nor refuted; it is not taken for true."""
