#!/usr/bin/env python3
"""The documents say `python3 scripts/dump_exchange_positions.py`; the work is done by dump_exchange_positions beside this file."""

import os
import sys

program = os.path.join(os.path.dirname(os.path.realpath(__file__)), "dump_exchange_positions")
os.execv(program, [program, *sys.argv[1:]])
