"""From sources to items: collect, decide, do."""
