"""What can be wrong, kind by kind, and how it is found: each module looks at one thing, and changes nothing."""
