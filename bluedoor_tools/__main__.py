"""``python -m bluedoor_tools`` is the command ``bluedoor``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
