"""``python -m thetahat``: the command line."""

from thetahat.verify.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
