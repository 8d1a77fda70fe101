"""The command line: flags in, calls, data on stdout, all else on stderr, exit codes out."""
