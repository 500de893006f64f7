"""The desk: pages for the editors, on their own machine. A shell: it reads a request, calls one action, shows it."""
