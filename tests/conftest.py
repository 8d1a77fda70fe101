"""What holds for all tests, wherever and beside whatever they run."""

import signal

from hypothesis import settings

# A shell that runs the tests in the background has them ignore Ctrl-C, which some of them send.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Cores may be shared: how long one example takes says nothing about the code.
settings.register_profile("shared cores", deadline=None)
settings.load_profile("shared cores")
