"""`newsletter run`: the clock of the weekly rhythm, the processes that do the work, and what can be seen of both."""
